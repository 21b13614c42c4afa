#include "replayer/cli/text_file.h"

#include "trace-format/output_file.h"

namespace simrec::replay {

void write_text(const std::string& path, const std::string& text) {
  OutputFile file(path, Unfinished::remove);
  file.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  file.finish();
}

}  // namespace simrec::replay
