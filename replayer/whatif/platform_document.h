// A platform as an XML document that can be changed and written again: what SimGrid reads is what --dump-platform
// shows. Only what the XML says in so many words can be changed; the rest is refused.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "replayer/whatif/change.h"

namespace simrec::replay {

/// Something of a platform that a knob turns, and how it stands.
struct Setting {
  std::string element;  ///< id of the host, link or disk
  double value = 0;     ///< in base units
  bool operator==(const Setting&) const = default;
};

class PlatformDocument {
 public:
  /// `text`: the XML. `name`: for messages. `directory`: what relative file names in it are relative to; "" = none.
  /// Throws ReplayError if it is no SimGrid platform.
  PlatformDocument(const std::string& text, std::string name, const std::string& directory = "");
  PlatformDocument(const PlatformDocument& other);
  PlatformDocument& operator=(const PlatformDocument&) = delete;
  ~PlatformDocument();

  /// Changes what the knob (of all, host or link scope) names. Throws ReplayError: nothing there has that name (the
  /// nearest is suggested), or the XML has no place for the change.
  void apply(const Change& change);

  /// What apply() would change, as it stands. Throws like apply().
  std::vector<Setting> settings(const Knob& knob) const;

  /// Names that a scope can have: hosts (clusters as a whole), links between hosts.
  std::vector<std::string> host_names() const;
  std::vector<std::string> link_names() const;
  /// The hosts that one of host_names() stands for: itself, or those of a cluster.
  std::vector<std::string> hosts_of(const std::string& name) const;

  /// The document, as given but for the changes.
  std::string text() const;
  const std::string& name() const { return name_; }

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
  std::string name_;
};

}  // namespace simrec::replay
