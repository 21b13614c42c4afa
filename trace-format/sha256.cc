#include "trace-format/sha256.h"

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

#include "trace-format/input_file.h"

namespace simrec {
namespace {

/// One running EVP digest.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view bytes) { check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }
  Sha256 finish() {
    Sha256 digest;
    check(EVP_DigestFinal_ex(context_.get(), digest.bytes.data(), nullptr) == 1);
    return digest;
  }

 private:
  static void check(bool ok) {
    if (!ok) throw std::runtime_error("OpenSSL offers no SHA-256 here");
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string Sha256::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

Sha256 sha256_of(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.finish();
}

Sha256 sha256_of_file(const std::string& path) {
  InputFile file(path);
  Digest digest;
  for (auto piece = file.peek(1); !piece.empty(); piece = file.peek(1)) {
    digest.add({reinterpret_cast<const char*>(piece.data()), piece.size()});
    file.consume(piece.size());
  }
  return digest.finish();
}

}  // namespace simrec
