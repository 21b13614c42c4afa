#include "recorder/doctor.h"

#include <algorithm>
#include <iomanip>
#include <string_view>
#include <vector>

#include "recorder/doctor_checks.h"

namespace simrec::record {
namespace {

struct Word {
  std::string_view text, colour;
};

Word word(Health health) {
  switch (health) {
    case Health::ok:
      return {"ok", "\033[32m"};
    case Health::limited:
      return {"limited", "\033[33m"};
    case Health::missing:
      return {"missing", "\033[31m"};
  }
  return {"?", ""};
}

}  // namespace

int doctor(std::ostream& out, bool colour) {
  const std::vector<Check> checks = run_checks();
  std::size_t width = 0;
  for (const Check& check : checks) width = std::max(width, check.name.size());
  for (const Check& check : checks) {
    const Word state = word(check.health);
    out << std::left << std::setw(static_cast<int>(width) + 2) << check.name;
    if (colour) out << state.colour;
    out << std::setw(9) << state.text;
    if (colour) out << "\033[0m";
    out << check.detail << '\n';
  }
  const auto obstacle = std::ranges::find_if(
      checks, [](const Check& check) { return check.required && check.health == Health::missing; });
  if (obstacle == checks.end()) {
    out << "simrec can record here\n";
    return 0;
  }
  out << "simrec cannot record here: " << obstacle->name << " does not work. To change: " << obstacle->remedy << '\n';
  return 1;
}

}  // namespace simrec::record
