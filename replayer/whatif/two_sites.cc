#include "replayer/whatif/two_sites.h"

#include <algorithm>
#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "replayer/whatif/quantity.h"

namespace simrec::replay {
namespace {

void check_name(const std::string& site, const std::string& home) {
  const bool plain = !site.empty() && std::ranges::all_of(site, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  if (!plain) throw ReplayError("--split: '" + site + "' is no name for a host; use letters, digits, '.', '_' and '-'");
  if (site == home)
    throw ReplayError("--split: '" + site +
                      "' is the recording host itself, where everything stays that is not split "
                      "off; choose another name, like remote");
}

std::string link_of(const std::string& site) { return "wan-" + site; }

/// A crossing of a link, seen from the first host: UP leads away from it.
struct Crossing {
  std::string link;
  const char* direction;
};

void add_route(pugi::xml_node zone, const std::string& from, const std::string& to,
               const std::vector<Crossing>& crossings) {
  pugi::xml_node route = zone.append_child("route");
  route.append_attribute("src").set_value(from.c_str());
  route.append_attribute("dst").set_value(to.c_str());
  for (const Crossing& crossing : crossings) {
    pugi::xml_node link = route.append_child("link_ctn");
    link.append_attribute("id").set_value(crossing.link.c_str());
    link.append_attribute("direction").set_value(crossing.direction);
  }
}

void add_link(pugi::xml_node zone, const std::string& site, const Distance& distance) {
  pugi::xml_node link = zone.append_child("link");
  link.append_attribute("id").set_value(link_of(site).c_str());
  link.append_attribute("bandwidth").set_value(platform_value(Dimension::rate, distance.bandwidth_Bps).c_str());
  link.append_attribute("latency").set_value(platform_value(Dimension::time, distance.rtt_s / 2).c_str());
  link.append_attribute("sharing_policy").set_value("SPLITDUPLEX");
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string sites_platform_xml(const std::string& twin_xml, const std::vector<std::string>& sites,
                               const Distance& distance) {
  pugi::xml_document document;
  if (!document.load_buffer(twin_xml.data(), twin_xml.size(), pugi::parse_full))
    throw ReplayError("the twin of the recording host is no XML");
  pugi::xml_node zone = document.child("platform").child("zone");
  pugi::xml_node twin = zone.child("host");
  const std::string home = twin.attribute("id").value();
  zone.remove_child("route");
  zone.remove_child("link");
  for (pugi::xml_node comment = document.first_child(); comment;) {
    const pugi::xml_node next = comment.next_sibling();
    if (comment.type() == pugi::node_comment) document.remove_child(comment);
    comment = next;
  }
  document.insert_child_before(pugi::node_comment, document.child("platform"))
      .set_value(
          " The recording host of a simrec trace and others just like it, each behind a network of its own.\n"
          "     latency is one way: half of the round-trip time. ");
  std::vector<std::string> placed;
  for (const std::string& site : sites) {
    check_name(site, home);
    if (std::ranges::find(placed, site) != placed.end()) continue;
    pugi::xml_node host = zone.append_copy(twin);
    host.attribute("id").set_value(site.c_str());
    placed.push_back(site);
  }
  for (const std::string& site : placed) add_link(zone, site, distance);
  for (std::size_t i = 0; i < placed.size(); ++i) {
    add_route(zone, home, placed[i], {{link_of(placed[i]), "UP"}});
    for (std::size_t j = i + 1; j < placed.size(); ++j)
      add_route(zone, placed[i], placed[j], {{link_of(placed[i]), "DOWN"}, {link_of(placed[j]), "UP"}});
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

ImpliedSplit implied_split(const Program& program, const std::string& home, const std::string& remote) {
  std::set<std::uint32_t> servers, clients;
  for (const Connection& connection : program.connections) {
    if (connection.transport != Transport::tcp) continue;
    const std::uint32_t client = program.threads.at(connection.client_thread).process;
    const std::uint32_t server = program.threads.at(connection.server_thread).process;
    if (program.processes[client].sharing_group == program.processes[server].sharing_group) continue;
    clients.insert(client);
    servers.insert(server);
  }
  // Who serves some and asks others stays with those it asks.
  std::set<std::uint32_t> away;
  for (const std::uint32_t server : servers) away.insert(program.processes[server].sharing_group);
  ImpliedSplit split;
  std::set<std::string> server_names, client_names;
  for (std::uint32_t p = 0; p < program.processes.size(); ++p) {
    const ProgramProcess& process = program.processes[p];
    const bool goes = away.contains(process.sharing_group);
    if (!goes && !clients.contains(p)) continue;
    split.rules.push_back({"pid:" + std::to_string(process.pid), goes ? remote : home});
    if (goes && servers.contains(p)) server_names.insert(process.name);
    if (!goes) client_names.insert(process.name);
  }
  if (client_names.empty()) return {};
  split.servers = joined(server_names);
  split.clients = joined(client_names);
  return split;
}

}  // namespace simrec::replay
