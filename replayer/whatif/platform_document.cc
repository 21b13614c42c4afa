#include "replayer/whatif/platform_document.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "replayer/simulate/simulate.h"
#include "replayer/whatif/platform_places.h"
#include "replayer/whatif/radical.h"
#include "trace-format/closest.h"

namespace simrec::replay {
namespace {

template <class Visit>
void for_each_element(const pugi::xml_node& node, const Visit& visit) {
  for (const pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    visit(child);
    for_each_element(child, visit);
  }
}

bool glob(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::string id_of(const pugi::xml_node& element) { return element.attribute("id").value(); }

/// Hosts of a <cluster> or <cabinet>, which have no element of their own.
std::vector<std::string> hosts_in(const pugi::xml_node& element) {
  return hosts_of_radical(element.attribute("prefix").value(), element.attribute("radical").value(),
                          element.attribute("suffix").value());
}

/// Links that serve nothing but routes from a host to itself: simreplay does not charge those.
std::set<std::string> loopbacks(const pugi::xml_document& document) {
  std::set<std::string> loop, other;
  for_each_element(document, [&](const pugi::xml_node& route) {
    const bool is_route = std::strcmp(route.name(), "route") == 0;
    const bool to_itself = is_route && std::strcmp(route.attribute("src").value(), route.attribute("dst").value()) == 0;
    for (const pugi::xml_node link : route.children("link_ctn")) (to_itself ? loop : other).insert(id_of(link));
  });
  for (const std::string& name : other) loop.erase(name);
  return loop;
}

std::vector<std::string> parts_of_list(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

struct Spot {
  pugi::xml_node element;
  const Place* place;
  std::string name;  ///< of the host, link or disk, for people
};

}  // namespace

struct PlatformDocument::Tree {
  pugi::xml_document document;
  std::string name;  ///< for messages

  [[noreturn]] void refuse(const Knob& knob, const std::string& reason) const {
    throw ReplayError(text_of(knob) + " cannot be changed in " + name + ": " + reason);
  }

  std::vector<std::string> names(bool hosts) const {
    std::vector<std::string> found;
    const std::set<std::string> loop = loopbacks(document);
    for_each_element(document, [&](const pugi::xml_node& e) {
      if (!(hosts ? is_host_element(e.name()) : is_link_element(e.name()))) return;
      const std::string id = id_of(e);
      if (!id.empty() && (hosts || !loop.contains(id))) found.push_back(id);
    });
    return found;
  }

  /// Is the element (a host, a link, or what makes many of them) in the knob's scope?
  bool in_scope(const Knob& knob, const pugi::xml_node& element) const {
    if (knob.scope == ScopeKind::all) return true;
    if (glob(knob.pattern, id_of(element))) return true;
    if (knob.scope != ScopeKind::host) return false;
    const std::vector<std::string> hosts = hosts_in(element);
    const auto matching = std::ranges::count_if(hosts, [&](const auto& host) { return glob(knob.pattern, host); });
    if (matching == 0) return false;
    if (static_cast<std::size_t>(matching) < hosts.size())
      refuse(knob, "'" + knob.pattern + "' is a part of the <" + element.name() + " id=\"" + id_of(element) +
                       "\">, whose hosts are all alike; change all of them with host:" + id_of(element) +
                       ":…, or write its hosts out as <host>s");
    return true;
  }

  [[noreturn]] void nothing_there(const Knob& knob) const {
    const bool hosts = knob.scope == ScopeKind::host;
    std::vector<std::string> all = names(hosts);
    const std::string kind = hosts ? "host" : "link";
    for (const char* direction : {"_UP", "_DOWN"})
      if (!hosts && knob.pattern.ends_with(direction)) {
        const std::string both = knob.pattern.substr(0, knob.pattern.size() - std::strlen(direction));
        if (std::ranges::find(all, both) != all.end())
          refuse(knob, "both directions of '" + both + "' are one <link> there; write link:" + both + ":…");
      }
    if (hosts)
      for_each_element(document, [&](const pugi::xml_node& e) {
        if (!e.attribute("radical")) return;
        for (const std::string& host : hosts_in(e)) all.push_back(host);
      });
    const std::string hint = suggestion(knob.pattern, all);
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 8); ++i) list += (i > 0 ? ", " : "") + all[i];
    if (all.size() > 8) list += ", …";
    refuse(knob, "it has no " + kind + " '" + knob.pattern + "'" +
                     (!hint.empty()  ? hint
                      : list.empty() ? "; it has no " + kind + " between hosts at all"
                                     : "; there are: " + list));
  }

  /// Attributes that the knob turns.
  std::vector<Spot> spots(const Knob& knob) const {
    std::vector<Spot> found;
    bool scope_found = knob.scope == ScopeKind::all;
    const std::set<std::string> loop = loopbacks(document);
    for_each_element(document, [&](const pugi::xml_node& element) {
      if (std::strcmp(element.name(), "include") == 0)
        refuse(knob, std::string("it includes ") + element.attribute("file").value() +
                         ", which would not be changed; put everything into one file");
      if (is_network(knob) && loop.contains(id_of(element))) return;
      const bool is_disk = std::strcmp(element.name(), "disk") == 0;
      const pugi::xml_node owner = is_disk ? element.parent() : element;
      const bool has_scope = is_network(knob) ? is_link_element(owner.name()) : is_host_element(owner.name());
      if (!has_scope || !in_scope(knob, owner)) return;
      scope_found = true;
      for (const Place& place : places()) {
        if (place.quantity != knob.quantity || std::strcmp(place.element, element.name()) != 0) continue;
        if (!element.attribute(place.attribute) && !place.default_value) continue;
        found.push_back({element, &place, is_disk ? id_of(owner) + "'s " + id_of(element) : id_of(element)});
      }
      for (const Profile& profile : profiles())
        if (profile.quantity == knob.quantity && element.attribute(profile.attribute))
          refuse(knob, "'" + id_of(element) + "' follows the profile " + element.attribute(profile.attribute).value());
    });
    if (!scope_found && knob.scope != ScopeKind::all) nothing_there(knob);
    return found;
  }

  std::string text_at(const Spot& spot) const {
    const pugi::xml_attribute attribute = spot.element.attribute(spot.place->attribute);
    return attribute ? attribute.value() : spot.place->default_value;
  }

  /// Values of an attribute: a list for pstates and Wi-Fi rates, else one.
  std::vector<double> values(const Knob& knob, const Spot& spot) const {
    std::vector<double> values;
    const std::string text = text_at(spot);
    for (const std::string& part : parts_of_list(text)) {
      const auto value = parse_platform_value(info_of(knob.quantity).dimension, part);
      if (!value || !(*value >= 0))
        refuse(knob,
               "'" + spot.name + "' has " + spot.place->attribute + "=\"" + text + "\", which is no value with a unit");
      values.push_back(*value);
    }
    if (values.empty()) refuse(knob, "'" + spot.name + "' has an empty " + spot.place->attribute);
    return values;
  }

  /// Which of the values is in force at the start.
  static std::size_t in_force(const Spot& spot, const std::vector<double>& values) {
    return std::min<std::size_t>(spot.element.attribute("pstate").as_uint(0), values.size() - 1);
  }

  void set(const Spot& spot, const Change& change) {
    std::vector<double> all = values(change.knob, spot);
    const Dimension dimension = info_of(change.knob.quantity).dimension;
    const double now = all[in_force(spot, all)];
    const double factor = change.amount.factor ? change.amount.value : now > 0 ? change.amount.value / now : 0;
    std::string text;
    for (double& value : all) {
      const bool absolute = !change.amount.factor && (all.size() == 1 || now <= 0);
      value = absolute ? change.amount.value : value * factor;
      if (dimension == Dimension::count) value = std::max(1.0, std::round(value));
      text += (text.empty() ? "" : ",") + platform_value(dimension, value);
    }
    pugi::xml_node element = spot.element;
    pugi::xml_attribute attribute = element.attribute(spot.place->attribute);
    if (!attribute) attribute = element.append_attribute(spot.place->attribute);
    attribute.set_value(text.c_str());
  }

  /// Hosts in scope that have no disk get one.
  std::size_t add_disks(const Change& change) {
    std::vector<pugi::xml_node> without;
    for_each_element(document, [&](const pugi::xml_node& element) {
      if (std::strcmp(element.name(), "host") == 0 && in_scope(change.knob, element) && !element.child("disk"))
        without.push_back(element);
    });
    const std::string rate = platform_value(Dimension::rate, change.amount.value);
    for (pugi::xml_node host : without) {
      pugi::xml_node disk = host.append_child("disk");
      disk.append_attribute("id").set_value((id_of(host) + "-disk").c_str());
      disk.append_attribute("read_bw").set_value(rate.c_str());
      disk.append_attribute("write_bw").set_value(rate.c_str());
    }
    return without.size();
  }

  [[noreturn]] void no_place(const Knob& knob) const {
    if (knob.quantity == Quantity::disk)
      refuse(knob, "no host there has a disk that a factor could change; first give one: --what-if disk=200MBps");
    if (is_network(knob)) refuse(knob, "it has no link between hosts; two hosts come with --split 'PATTERN=remote'");
    refuse(knob, "nothing there says " + std::string(info_of(knob.quantity).name));
  }

  void make_paths_absolute(const std::string& directory) {
    for_each_element(document, [&](pugi::xml_node element) {
      for (const char* name : file_attributes()) {
        const std::filesystem::path file = element.attribute(name).value();
        if (file.empty() || file.is_absolute()) continue;
        std::error_code error;
        if (const auto there = std::filesystem::absolute(directory) / file; std::filesystem::exists(there, error))
          element.attribute(name).set_value(there.c_str());
      }
    });
  }
};

PlatformDocument::PlatformDocument(const std::string& text, std::string name, const std::string& directory)
    : tree_(std::make_unique<Tree>()), name_(std::move(name)) {
  tree_->name = name_;
  const pugi::xml_parse_result result = tree_->document.load_buffer(text.data(), text.size(), pugi::parse_full);
  if (!result)
    throw ReplayError(name_ + ", line " +
                      std::to_string(1 + std::count(text.begin(), text.begin() + result.offset, '\n')) +
                      " is not well-formed XML: " + result.description());
  if (!tree_->document.child("platform"))
    throw ReplayError(name_ + " is not a SimGrid platform: its root element is not <platform>");
  if (!directory.empty()) tree_->make_paths_absolute(directory);
}

PlatformDocument::PlatformDocument(const PlatformDocument& other)
    : tree_(std::make_unique<Tree>()), name_(other.name_) {
  tree_->name = name_;
  tree_->document.reset(other.tree_->document);
}

PlatformDocument::~PlatformDocument() = default;

void PlatformDocument::apply(const Change& change) {
  std::vector<Spot> spots = tree_->spots(change.knob);
  if (!change.amount.factor) {
    // "Every link" means cables, but who names a backbone means it.
    const bool named = change.knob.scope != ScopeKind::all;
    std::erase_if(spots, [&](const Spot& spot) {
      return spot.place->only_factors && !(named && std::strcmp(spot.element.name(), "backbone") == 0);
    });
  }
  for (const Spot& spot : spots) tree_->set(spot, change);
  std::size_t changed = spots.size();
  if (change.knob.quantity == Quantity::disk && !change.amount.factor) changed += tree_->add_disks(change);
  if (changed == 0) tree_->no_place(change.knob);
}

std::vector<Setting> PlatformDocument::settings(const Knob& knob) const {
  std::vector<Setting> found;
  for (const Spot& spot : tree_->spots(knob)) {
    const std::vector<double> values = tree_->values(knob, spot);
    found.push_back({spot.name, values[Tree::in_force(spot, values)]});
  }
  return found;
}

std::vector<std::string> PlatformDocument::host_names() const { return tree_->names(true); }

std::vector<std::string> PlatformDocument::link_names() const { return tree_->names(false); }

std::vector<std::string> PlatformDocument::hosts_of(const std::string& name) const {
  std::vector<std::string> hosts;
  for_each_element(tree_->document, [&](const pugi::xml_node& e) {
    if (is_host_element(e.name()) && id_of(e) == name) hosts = hosts_in(e);
  });
  if (hosts.empty()) hosts.push_back(name);
  return hosts;
}

std::string PlatformDocument::text() const {
  std::ostringstream out;
  tree_->document.save(out, "  ", pugi::format_default);
  return out.str();
}

}  // namespace simrec::replay
