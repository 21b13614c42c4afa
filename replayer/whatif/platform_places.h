// Where the quantities of a platform stand in its XML.
#pragma once

#include <span>
#include <string_view>

#include "replayer/whatif/quantity.h"

namespace simrec::replay {

/// An attribute that a quantity lives in.
struct Place {
  const char* element;
  const char* attribute;
  Quantity quantity;
  bool only_factors = false;            ///< a backbone is shared by many: "every link 1 Gbps" does not mean it
  const char* default_value = nullptr;  ///< what a missing attribute means; nullptr = the element has no such thing
};

/// A file with values over time that overrides attributes of a quantity.
struct Profile {
  const char* attribute;
  Quantity quantity;
};

std::span<const Place> places();
std::span<const Profile> profiles();
/// Attributes that name files.
std::span<const char* const> file_attributes();

/// Is the element one host or several; one link or what has some?
bool is_host_element(std::string_view name);
bool is_link_element(std::string_view name);

}  // namespace simrec::replay
