#include "replayer/simulate/deployment.h"

#include <cstring>
#include <pugixml.hpp>

namespace simrec::replay {

std::vector<PlaceRule> read_deployment(const std::string& file) {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_file(file.c_str());
  if (result.status == pugi::status_file_not_found || result.status == pugi::status_io_error)
    throw ReplayError("deployment file " + file + " cannot be read");
  if (!result)
    throw ReplayError("deployment file " + file + " is not well-formed XML at byte " + std::to_string(result.offset) +
                      ": " + result.description());
  const pugi::xml_node platform = document.child("platform");
  if (!platform) throw ReplayError("deployment file " + file + ": its root element is not <platform>");
  std::vector<PlaceRule> rules;
  for (const pugi::xml_node element : platform.children()) {
    if (std::strcmp(element.name(), "actor") != 0 && std::strcmp(element.name(), "process") != 0) continue;
    PlaceRule rule{element.attribute("function").value(), element.attribute("host").value()};
    if (rule.pattern.empty() || rule.host.empty())
      throw ReplayError("deployment file " + file + ": an <" + element.name() + "> lacks its host or function");
    rules.push_back(std::move(rule));
  }
  if (rules.empty()) throw ReplayError("deployment file " + file + " has no <actor host=\"…\" function=\"…\"/>");
  return rules;
}

}  // namespace simrec::replay
