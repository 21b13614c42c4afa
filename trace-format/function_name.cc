#include "trace-format/function_name.h"

#include <cstddef>

namespace simrec {
namespace {

constexpr std::string_view kUnnamed = "(anonymous namespace)", kOperator = "operator", kCall = "()";

/// Where the operator that stands at `at` ends: its symbols hold brackets that are none.
std::size_t end_of_operator(std::string_view name, std::size_t at) {
  at += kOperator.size();
  return name.substr(at).starts_with(kCall) ? at + kCall.size() : name.find('(', at);
}

}  // namespace

std::string_view plain_function_name(std::string_view name) {
  int depth = 0;  // of template arguments and lambdas
  for (std::size_t at = 0; at < name.size();) {
    const std::string_view rest = name.substr(at);
    if (rest.starts_with(kUnnamed)) {
      at += kUnnamed.size();
      continue;
    }
    if (depth == 0 && rest.starts_with(kOperator)) {
      at = end_of_operator(name, at);
      continue;
    }
    const char c = rest.front();
    if (c == '(' && depth == 0) return at > 0 ? name.substr(0, at) : name;
    if (c == '<' || c == '{') ++depth;
    if (c == '>' || c == '}') --depth;
    ++at;
  }
  return name;
}

}  // namespace simrec
