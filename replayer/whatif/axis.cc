#include "replayer/whatif/axis.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {
namespace {

constexpr double kSamePoint = 1e-9;  ///< relative

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

[[noreturn]] void fail(std::string_view text, const std::string& why) {
  throw ReplayError("--sweep '" + std::string(text) + "': " + why);
}

/// How a range is cut.
struct Cut {
  bool logarithmic = false;
  std::size_t count = 0;  ///< points per factor of ten, or points in all; 0 = `step`
  double step = 0;
};

Cut parse_cut(std::string_view text, const Axis& axis, const std::string& word) {
  Cut cut;
  if (word.starts_with("log") || word.starts_with("lin")) {
    cut.logarithmic = word[1] == 'o';
    const std::string_view digits = std::string_view(word).substr(3);
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cut.count);
    if (error != std::errc{} || rest != digits.data() + digits.size() || cut.count < 1 || cut.count > kMostPoints)
      fail(text, "'" + word +
                     "' is not log or lin with a number: log10 is ten points per factor of ten, lin10 is ten "
                     "points in all");
    return cut;
  }
  const Amount step = parse_amount(info_of(axis.knob.quantity), word);
  if (step.factor != axis.amounts.front().factor || !(step.value > 0))
    fail(text, "the step '" + word + "' is not of the kind of the ends; or write logN or linN");
  cut.step = step.value;
  return cut;
}

/// Ten significant digits: 0.001, not 0.0010000000000000002.
double without_noise(double value) {
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 9);
  std::from_chars(text.data(), end, value);
  return value;
}

std::vector<double> cut_range(std::string_view text, double from, double to, const Cut& cut) {
  std::vector<double> values;
  const auto append = [&](double value) {
    if (values.size() >= kMostPoints) fail(text, "has more than " + std::to_string(kMostPoints) + " points");
    values.push_back(without_noise(value));
  };
  if (cut.logarithmic) {
    if (!(from > 0)) fail(text, "a logarithmic range cannot start at 0");
    const double ratio = std::pow(10.0, 1.0 / static_cast<double>(cut.count));
    for (std::size_t i = 0;; ++i) {
      const double value = from * std::pow(ratio, static_cast<double>(i));
      if (value >= to * (1 - kSamePoint)) break;
      append(value);
    }
    append(to);
  } else if (cut.count > 0) {
    for (std::size_t i = 0; i + 1 < cut.count; ++i)
      append(from + (to - from) * static_cast<double>(i) / static_cast<double>(cut.count - 1));
    append(to);
  } else {
    for (std::size_t i = 0; from + static_cast<double>(i) * cut.step <= to + cut.step * kSamePoint; ++i)
      append(from + static_cast<double>(i) * cut.step);
  }
  return values;
}

void add_list(Axis& axis, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    axis.amounts.push_back(parse_amount(info_of(axis.knob.quantity), word));
    axis.labels.push_back(word);
  }
}

void cut_axis(Axis& axis, std::string_view text, const std::vector<std::string>& words) {
  const QuantityInfo& info = info_of(axis.knob.quantity);
  const Amount from = parse_amount(info, words[0]), to = parse_amount(info, words[1]);
  if (from.factor != to.factor) fail(text, "one end is a factor, the other is not");
  if (!(from.value < to.value)) fail(text, "the range must go from the smaller value to the larger one");
  axis.amounts = {from, to};
  const Cut cut = parse_cut(text, axis, words[2]);
  std::vector<double> values = cut_range(text, from.value, to.value, cut);
  if (info.dimension == Dimension::count && !from.factor) {
    for (double& value : values) value = std::round(value);
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }
  axis.logarithmic = cut.logarithmic;
  axis.amounts.clear();
  for (const double value : values) axis.amounts.push_back({value, from.factor});
  for (const Amount& amount : axis.amounts) axis.labels.push_back(amount_text(info, amount));
}

/// A list whose values grow by factors is drawn so.
bool looks_logarithmic(const std::vector<Amount>& amounts) {
  if (amounts.size() < 3 || !(amounts.front().value > 0)) return false;
  const double first = amounts[1].value / amounts[0].value;
  const double last = amounts.back().value / amounts[amounts.size() - 2].value;
  return first > 1 && last >= first * 0.75;
}

}  // namespace

Axis parse_axis(std::string_view text) {
  auto [knob, values] = split_assignment("--sweep", text);
  Axis axis{std::move(knob), {}, {}, false};
  const std::vector<std::string> range = split(values, ':');
  if (range.size() == 3) {
    cut_axis(axis, text, range);
  } else if (range.size() == 1) {
    add_list(axis, split(values, ','));
    axis.logarithmic = looks_logarithmic(axis.amounts);
  } else {
    fail(text, "is no list like 1x,2x,4x and no range like 0.1ms:100ms:log10 (FROM:TO:logN, linN or a step)");
  }
  if (std::ranges::any_of(axis.amounts, [&](const Amount& a) { return a.factor != axis.amounts.front().factor; }))
    fail(text, "mixes factors and values; use one kind");
  if ((axis.knob.scope == ScopeKind::process || axis.knob.scope == ScopeKind::function) && !axis.amounts.front().factor)
    fail(text, "code has no speed in flop/s; use factors, like 1x,2x,4x");
  return axis;
}

std::size_t grid_size(const std::vector<Axis>& axes) {
  std::size_t size = 1;
  for (const Axis& axis : axes) {
    size *= axis.amounts.size();
    if (size > kMostPoints)
      throw ReplayError("--sweep: the grid has more than " + std::to_string(kMostPoints) +
                        " points; use fewer values or fewer axes");
  }
  return size;
}

std::vector<std::size_t> grid_index(const std::vector<Axis>& axes, std::size_t point) {
  std::vector<std::size_t> index(axes.size());
  for (std::size_t a = axes.size(); a-- > 0;) {
    index[a] = point % axes[a].amounts.size();
    point /= axes[a].amounts.size();
  }
  return index;
}

std::vector<Change> grid_changes(const std::vector<Axis>& axes, std::size_t point) {
  const std::vector<std::size_t> index = grid_index(axes, point);
  std::vector<Change> changes;
  for (std::size_t a = 0; a < axes.size(); ++a) changes.push_back({axes[a].knob, axes[a].amounts[index[a]]});
  return changes;
}

std::string unit_of(const Axis& axis) { return axis.amounts.front().factor ? "x" : info_of(axis.knob.quantity).unit; }

}  // namespace simrec::replay
