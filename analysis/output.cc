#include "analysis/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>
#include <span>
#include <streambuf>
#include <vector>

#include "trace-format/output_file.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

void write_standard_output(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw ReaderGone();
    } else if (errno != EINTR) {
      throw TraceError(std::string("cannot write standard output: ") + std::strerror(errno));
    }
  }
}

}  // namespace

/// Hands full buffers on; remembers what went wrong, since streams swallow exceptions.
class Output::Buffer : public std::streambuf {
 public:
  explicit Buffer(const std::string& path) : bytes_(64 * 1024) {
    if (path != "-") file_.emplace(path, Unfinished::remove);
    clear();
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

  void finish() {
    sync();
    rethrow();
    if (file_) file_->finish();
  }

 protected:
  int sync() override {
    const std::span<const char> full(pbase(), static_cast<std::size_t>(pptr() - pbase()));
    try {
      if (error_) return -1;
      if (file_) {
        file_->write({reinterpret_cast<const std::uint8_t*>(full.data()), full.size()});
      } else {
        write_standard_output(full);
      }
    } catch (...) {
      error_ = std::current_exception();
    }
    clear();
    return error_ ? -1 : 0;
  }

  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }

 private:
  void clear() { setp(bytes_.data(), bytes_.data() + bytes_.size()); }

  std::optional<OutputFile> file_;
  std::exception_ptr error_;
  std::vector<char> bytes_;
};

Output::Output(const std::string& path) : buffer_(std::make_unique<Buffer>(path)), stream_(buffer_.get()) {
  if (path == "-") set_line_width(stream_, terminal_width(STDOUT_FILENO));
}

Output::~Output() = default;

void Output::check() const { buffer_->rethrow(); }

void Output::commit() { buffer_->finish(); }

}  // namespace simrec::analysis
