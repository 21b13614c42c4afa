// Writes the recording host as a SimGrid platform, from what simrec calibrated there.
#pragma once

#include <cstdint>
#include <string>

#include "trace-format/model.h"

namespace simrec {

/// What the recording host's idle cores do.
enum class IdleCores : std::uint8_t {
  native,     ///< what they did before simrec began
  recording,  ///< what simrec made them do: they stay awake, and waking a thread takes next to nothing
};

/// SimGrid 4.1 platform XML (DTD version; loads from SimGrid 3.32 on) with the recording host as its
/// only host: core count, core speed and loopback as calibrated. A core speed that is unknown becomes 1 Gf.
std::string twin_platform_xml(const Header& header, IdleCores idle);

/// Host name as the id of a platform host: what XML or --place could misread becomes '-'; never empty.
std::string twin_host_name(const Header& header);

}  // namespace simrec
