// A sweep as a plot that opens in any browser and scales in any paper.
#include <algorithm>
#include <array>
#include <cmath>
#include <ostream>

#include "replayer/whatif/sweep_output.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::replay {
namespace {

constexpr double kWidth = 760, kHeight = 440, kLeft = 90, kRight = 560, kTop = 50, kBottom = 380;
/// Okabe and Ito's palette: told apart by colour-blind readers, too.
constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"};
constexpr double kManyTimes = 30;
constexpr std::size_t kMostLabels = 8;
constexpr std::size_t kMostLegend = 14;

std::string escaped(const std::string& text) {
  std::string xml;
  for (const char c : printable(text)) {
    if (c == '&')
      xml += "&amp;";
    else if (c == '<')
      xml += "&lt;";
    else if (c == '"')
      xml += "&quot;";
    else
      xml += c;
  }
  return xml;
}

std::string at(double position) { return number_text(std::round(position * 100) / 100); }

struct Frame {
  const Sweep& sweep;
  std::vector<double> x;  ///< by value of the first axis
  double shortest_s, longest_s;
  bool log_y = false;  ///< where times differ so much that the short ones would all lie on the axis

  explicit Frame(const Sweep& given) : sweep(given), shortest_s(0), longest_s(0) {
    const Axis& axis = sweep.axes.front();
    const bool log = axis.logarithmic && axis.amounts.front().value > 0;
    const auto scale = [&](double v) { return log ? std::log(v) : v; };
    double low = scale(axis.amounts.front().value), high = low;
    for (const Amount& a : axis.amounts) low = std::min(low, scale(a.value)), high = std::max(high, scale(a.value));
    for (const Amount& a : axis.amounts)
      x.push_back(high > low ? kLeft + (kRight - kLeft) * (scale(a.value) - low) / (high - low) : (kLeft + kRight) / 2);
    for (const SweepPoint& point : sweep.points) {
      const double time_s = static_cast<double>(point.predicted_ns) / 1e9;
      longest_s = std::max(longest_s, time_s);
      if (time_s > 0) shortest_s = shortest_s > 0 ? std::min(shortest_s, time_s) : time_s;
    }
    if (longest_s <= 0) longest_s = 1;
    log_y = shortest_s > 0 && longest_s > kManyTimes * shortest_s;
  }
  double y(Ns time) const {
    const double time_s = static_cast<double>(time) / 1e9;
    const double low = shortest_s / 1.2, high = longest_s * (log_y ? 1.2 : 1.05);
    const double share = log_y ? std::log(std::max(time_s, low) / low) / std::log(high / low) : time_s / high;
    return kBottom - (kBottom - kTop) * share;
  }
};

void text(std::ostream& out, double x, double y, const char* anchor, const std::string& words) {
  out << "<text x=\"" << at(x) << "\" y=\"" << at(y) << "\" text-anchor=\"" << anchor << "\">" << escaped(words)
      << "</text>\n";
}

void line(std::ostream& out, double x1, double y1, double x2, double y2, const char* colour) {
  out << "<line x1=\"" << at(x1) << "\" y1=\"" << at(y1) << "\" x2=\"" << at(x2) << "\" y2=\"" << at(y2)
      << "\" stroke=\"" << colour << "\"/>\n";
}

/// 1, 2 or 5 times a power of ten.
double round_step(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double digit : {1.0, 2.0, 5.0})
    if (digit * power >= rough) return digit * power;
  return 10 * power;
}

/// Times with a line of their own.
std::vector<double> ticks_of(const Frame& frame) {
  std::vector<double> ticks;
  if (frame.log_y) {
    for (double power = std::pow(10, std::floor(std::log10(frame.shortest_s))); power <= frame.longest_s; power *= 10)
      for (const double digit : {1.0, 2.0, 5.0})
        if (digit * power >= frame.shortest_s / 1.2 && digit * power <= frame.longest_s * 1.2)
          ticks.push_back(digit * power);
  } else {
    const double step = round_step(frame.longest_s / 5);
    for (double tick = 0; tick <= frame.longest_s * 1.05; tick += step) ticks.push_back(tick);
  }
  return ticks;
}

void draw_axes(const Frame& frame, std::ostream& out) {
  for (const double tick : ticks_of(frame)) {
    const Ns time = std::llround(tick * 1e9);
    line(out, kLeft, frame.y(time), kRight, frame.y(time), "#ddd");
    text(out, kLeft - 8, frame.y(time) + 4, "end", time == 0 ? "0" : format_duration(time));
  }
  const Axis& axis = frame.sweep.axes.front();
  const std::size_t every = (axis.labels.size() + kMostLabels - 1) / kMostLabels;
  for (std::size_t i = 0; i < axis.labels.size(); i += every) {
    line(out, frame.x[i], kBottom, frame.x[i], kBottom + 5, "#555");
    text(out, frame.x[i], kBottom + 20, "middle", axis.labels[i]);
  }
  line(out, kLeft, kBottom, kRight, kBottom, "#555");
  text(out, (kLeft + kRight) / 2, kBottom + 45, "middle", text_of(axis.knob));
}

/// The points whose other axes are as in `curve`.
void draw_curve(const Frame& frame, std::size_t curve, std::size_t curves, std::ostream& out) {
  const char* colour = kColours.at(curve % kColours.size());
  std::string path;
  bool down = false;
  for (std::size_t i = 0; i < frame.x.size(); ++i) {
    const SweepPoint& point = frame.sweep.points[i * curves + curve];
    if (!point.failure.empty()) {
      down = false;
      continue;
    }
    path += (down ? "L" : "M") + at(frame.x[i]) + " " + at(frame.y(point.predicted_ns));
    down = true;
    out << "<circle cx=\"" << at(frame.x[i]) << "\" cy=\"" << at(frame.y(point.predicted_ns)) << "\" r=\"3\" fill=\""
        << colour << "\"><title>" << escaped(format_duration(point.predicted_ns)) << "</title></circle>\n";
  }
  out << "<path d=\"" << path << "\" fill=\"none\" stroke=\"" << colour << "\" stroke-width=\"1.5\"/>\n";
  if (curves == 1 || curve >= kMostLegend) return;
  std::string name;
  const std::vector<std::size_t> index = grid_index(frame.sweep.axes, curve);
  for (std::size_t a = 1; a < index.size(); ++a)
    name += (a > 1 ? ", " : "") + text_of(frame.sweep.axes[a].knob) + "=" + frame.sweep.axes[a].labels[index[a]];
  const double y = kTop + 20 * static_cast<double>(curve);
  out << "<rect x=\"" << at(kRight + 15) << "\" y=\"" << at(y - 4) << "\" width=\"14\" height=\"4\" fill=\"" << colour
      << "\"/>\n";
  text(out, kRight + 35, y, "start", shortened(name, 26));
}

}  // namespace

void print_svg(const Sweep& sweep, const StudySource& source, std::ostream& out) {
  const Frame frame(sweep);
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << at(kWidth) << ' ' << at(kHeight)
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  text(out, kLeft, 25, "start", "Predicted time of " + source.trace + " on " + source.platform);
  draw_axes(frame, out);
  if (sweep.baseline.failure.empty()) {
    const double y = frame.y(sweep.baseline.predicted_ns);
    if (y >= kTop - 20 && y <= kBottom) {
      out << "<g stroke-dasharray=\"5 4\">\n";
      line(out, kLeft, y, kRight, y, "#888");
      out << "</g>\n";
      text(out, kRight, y - 5, "end", "unchanged: " + format_duration(sweep.baseline.predicted_ns));
    }
  }
  const std::size_t curves = sweep.points.size() / frame.x.size();
  for (std::size_t curve = 0; curve < curves; ++curve) draw_curve(frame, curve, curves, out);
  out << "</svg>\n";
}

}  // namespace simrec::replay
