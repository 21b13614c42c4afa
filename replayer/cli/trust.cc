#include "replayer/cli/trust.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "trace-format/units.h"

namespace simrec::replay {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

// Where thresholds come from. What simreplay promises unflagged is an error of at most 15 %, and 5 % in the middle: a
// thing that can move the prediction by more than 5 % makes it medium, one that can move it by more than twice what
// is promised makes it low. Things that move it less than they measure have larger ones, as said beside them.
constexpr double kMedium = 0.05;
constexpr double kLow = 0.30;

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), share < 0.0095 ? "%.1f %%" : "%.0f %%", 100 * share);
  return text.data();
}

std::string times(double factor) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", factor);
  return text.data();
}

template <const char* const& What>
std::optional<double> share(const Evidence& e) {
  return share_of(e.validity, What);
}

/// Differences in CPU time matter as far as the predicted time is CPU time.
double of_cpu(const Evidence& e, double value) { return value * e.cpu_share; }

constexpr std::array kRules = {
    // A replay that misses the recorded run itself is no better elsewhere. simreplay promises 5 % in the middle and
    // 15 % at most.
    TrustRule{"closure", [](const Evidence& e) { return e.closure_effect; }, 0.05, 0.15,
              [](const Evidence& e, double v) {
                return "the replay misses the recorded run itself (closure error), which is worth " + percent(v) +
                       (v < std::fabs(e.closure_error.value_or(v)) * 0.95 ? " here" : "");
              }},
    TrustRule{"unchecked", [](const Evidence& e) -> std::optional<double> { return e.closure_error ? 0 : 1; }, 0.5,
              kNever,
              [](const Evidence&, double) {
                return std::string("the replay was not compared with the recorded run (no closure error)");
              }},
    TrustRule{"outside waits", share<kOutsideWaits>, kMedium, kLow,
              [](const Evidence&, double v) {
                return percent(v) + " of the time waits for something outside the trace, as long as recorded";
              }},
    TrustRule{"expired timeouts", share<kExpiredTimeouts>, kMedium, kLow,
              [](const Evidence&, double v) {
                return percent(v) + " of the time are timeouts that expired while recording";
              }},
    TrustRule{"cut timeouts", share<kCutTimeouts>, kMedium, kLow,
              [](const Evidence&, double v) {
                return "timeouts that expired while recording would not here, which is worth " + percent(v);
              }},
    TrustRule{"outlasted timeouts", share<kOutlastedTimeouts>, kMedium, kLow,
              [](const Evidence&, double v) {
                return "waits outlast timeouts that did not expire while recording, for " + percent(v) + " of the time";
              }},
    // The recorded order is known to be wrong where networks differ, and the order of arrival to be right (within 12 %
    // for near and far clients of one server): only where the time doubles there is reason to doubt.
    TrustRule{"order of arrival", share<kArrivalOrder>, 1, kNever,
              [](const Evidence&, double v) {
                return "the order in which event loops serve their connections is worth " + percent(v);
              }},
    TrustRule{"winners", share<kWinners>, kMedium, kLow,
              [](const Evidence&, double v) {
                return "threads wait for others that may not come first here, which is worth " + percent(v);
              }},
    TrustRule{"shared work", share<kKeptShares>, 2 * kMedium, kLow,
              [](const Evidence&, double v) {
                return "connections that shared work keep what each of them got while recording, up to " + percent(v) +
                       " more than an even share";
              }},
    TrustRule{
        "deadlines", share<kDeadlines>, kMedium, kLow,
        [](const Evidence&, double v) {
          return "the program works until a time is over: here it would do other work rather than take other time, "
                 "which is worth " +
                 percent(v);
        }},
    // How writes gather in segments depends on what the program does meanwhile, which takes other times elsewhere, and
    // who has read two answers at once while recording waits for both: an MQTT client's pings and pongs are predicted
    // up to 20 times too long, where they are half of the time. Up to two fifths are predicted within 11 %.
    TrustRule{"small writes", share<kSmallWrites>, 2 * kMedium, 0.5,
              [](const Evidence&, double v) {
                return "small writes wait for acknowledgements (no TCP_NODELAY), which is worth " + percent(v);
              }},
    TrustRule{"unseen ends", share<kUnseenEnds>, 2 * kMedium, kNever,
              [](const Evidence&, double v) {
                return "threads that ended unseen by the trace are taken to be waited for, which is worth " +
                       percent(v);
              }},
    TrustRule{"spins", share<kSpins>, kMedium, kLow,
              [](const Evidence&, double v) { return "busy waiting is worth " + percent(v) + " of the time"; }},
    // Most of these end a loop of reads and come again on any platform.
    TrustRule{"empty-handed calls", share<kEmptyHanded>, 2 * kMedium, 2 * kLow,
              [](const Evidence&, double v) {
                return percent(v) + " of the time depends on calls that found nothing (EAGAIN)";
              }},
    // Threads that meet at barriers lose some of this also for real.
    TrustRule{"recorded order", share<kRecordedOrder>, 2 * kMedium, kLow,
              [](const Evidence&, double v) {
                return "locks and queues are passed on in the recorded order, which is worth " + percent(v);
              }},
    // Guesses without a measured effect: one in a hundred operations is no accident any more.
    TrustRule{"unmeasured", [](const Evidence& e) -> std::optional<double> { return e.unmeasured_share; }, 0.01, kNever,
              [](const Evidence&, double v) {
                return "the effect of doubtful outcomes (" + percent(v) + " of the operations) is not measured";
              }},
    // The predictions at 0.4 ms miss by about this much; beyond a few ms it is next to nothing.
    TrustRule{"packets", share<kPacketWork>, kMedium, kNever,
              [](const Evidence&, double v) {
                return "the kernel's work for packets of a real link, which loopback does not show, may be worth " +
                       percent(v);
              }},
    // Where requests take longer than while recording, more of them are under way at once, on more connections.
    TrustRule{"requests", [](const Evidence& e) -> std::optional<double> { return e.doubtful_requests; }, kMedium,
              kNever,
              [](const Evidence&, double v) {
                return percent(v) +
                       " of the messages are requests that got a connection of a pool, or that a timer started: "
                       "on this network more of them may be under way at once";
              }},
    TrustRule{"pace", [](const Evidence& e) -> std::optional<double> { return e.paced_delay; }, kMedium, kLow,
              [](const Evidence&, double v) {
                return "a timer starts requests, and they wait for the answers to those before all the same: up to " +
                       percent(v) + " of the predicted time may be such waiting";
              }},
    // Whoever waits for it may wait here for a thread whose message is still under way.
    TrustRule{"interpreter", [](const Evidence& e) -> std::optional<double> { return e.ruby_lock_waits; }, kMedium,
              kNever,
              [](const Evidence&, double v) {
                return "Ruby's threads pass on their lock in the recorded order, " + times(v) +
                       " times per message between hosts";
              }},
    // They let others go ahead that would come first here, but not through all that passed it on in between: a server
    // with a thread per request, 3.6 times per message, was predicted 2 to 83 % too long for its near client.
    TrustRule{"Python's lock", [](const Evidence& e) -> std::optional<double> { return e.python_lock_waits; }, 1,
              kNever,
              [](const Evidence&, double v) {
                return "Python's threads pass on their lock " + times(v) + " times per message between hosts";
              }},
    // Which of a pool's threads is told of a request was chance, but its locks' order is law: Ruby's puma and gRPC in
    // Python, 0.9 and 2.4 times per message, are predicted 17 to 35 % too long; up to 0.65 it does no harm.
    TrustRule{"queues of interpreters", [](const Evidence& e) -> std::optional<double> { return e.ordered_waits; }, 0.7,
              kNever,
              [](const Evidence&, double v) {
                return "an interpreter's threads pass on work in the recorded order, " + times(v) +
                       " times per message between hosts";
              }},
    // One factor stands for clock, caches, memory and instruction set: measured in doublings. Up to a factor of 2
    // slower cores are predicted within the promise; what was recorded on cores of half the speed is 10 % off in the
    // mean, up to 24 (tests/validation, *@from-half). Beyond a factor of 8 nothing is known.
    TrustRule{"core speed",
              [](const Evidence& e) -> std::optional<double> {
                constexpr double kFasterIsWorse = 1.2;
                const double doublings = std::log2(e.speed_factor);
                return of_cpu(e, std::max(doublings, -kFasterIsWorse * doublings));
              },
              1.05, 3.05,
              [](const Evidence& e, double) {
                return "cores " +
                       (e.speed_factor > 1 ? times(e.speed_factor) + " times slower"
                                           : times(1 / e.speed_factor) + " times faster") +
                       " than the recorded ones: memory-bound code does not scale like that";
              }},
    // Time slices, migration and caches shared by more threads are not modelled.
    TrustRule{"fewer cores",
              [](const Evidence& e) -> std::optional<double> {
                if (e.target_cores >= e.recorded_cores) return std::nullopt;
                return of_cpu(e, e.core_wait_share);
              },
              0.40, kNever,
              [](const Evidence& e, double) {
                return "threads are ready without a core for " + percent(e.core_wait_share) + " of their time on " +
                       format_count_of(e.target_cores, "core") + " (recorded on " + std::to_string(e.recorded_cores) +
                       "): sharing a core costs more than is modelled";
              }},
    // Threads that shared work through memory keep their parts, and programs that ask for the number of cores start as
    // many threads as they then did. Below this part of the cores others would have had little to do.
    TrustRule{"more cores",
              [](const Evidence& e) -> std::optional<double> {
                if (e.target_cores <= e.recorded_cores || e.core_queries == 0) return std::nullopt;
                return of_cpu(e, e.recorded_use);
              },
              0.60, kNever,
              [](const Evidence& e, double) {
                return "the program asked how many cores there are and kept " + percent(e.recorded_use) + " of " +
                       std::to_string(e.recorded_cores) + " busy: with " + std::to_string(e.target_cores) +
                       " it may divide its work otherwise";
              }},
    // A call waits for the device here if it did while recording; page caches and flushes of another size are not
    // modelled.
    TrustRule{"disk", [](const Evidence& e) -> std::optional<double> { return e.disk_share; }, kMedium, kNever,
              [](const Evidence&, double v) {
                return percent(v) + " of the time waits for disks, whose caches and flushes are not modelled";
              }},
    // The ledger is good to about a tenth of what it removes.
    TrustRule{"interception",
              [](const Evidence& e) -> std::optional<double> { return of_cpu(e, e.interception_share); }, 0.5, 3,
              [](const Evidence& e, double) {
                return "recording took " + percent(e.interception_share) + " of the program's own CPU time";
              }},
    // Waiting for a core is known and left out, but who shares a core shares its caches, too.
    TrustRule{"busy machine",
              [](const Evidence& e) -> std::optional<double> {
                if (!e.other_load_share) return std::nullopt;
                return of_cpu(e, *e.other_load_share);
              },
              0.20, kNever,
              [](const Evidence& e, double) {
                return "recorded on a busy machine: threads waited " + percent(e.other_load_share.value_or(0)) +
                       " as long for a core as they computed, because of other programs";
              }},
    TrustRule{"spread", [](const Evidence& e) { return spread(e); }, 0.10, kLow,
              [](const Evidence& e, double v) {
                return "the predictions of " + std::to_string(e.predicted_s.size()) + " recordings differ by " +
                       percent(v) + " (standard deviation)";
              }},
    TrustRule{"losses", [](const Evidence& e) -> std::optional<double> { return static_cast<double>(e.lost); }, 0,
              kNever,
              [](const Evidence&, double v) {
                return "the recorder missed something " + format_count(static_cast<std::uint64_t>(v)) +
                       " times (see the warnings)";
              }},
    TrustRule{"part of a run", [](const Evidence& e) -> std::optional<double> { return e.partial ? 1 : 0; }, 0, kNever,
              [](const Evidence&, double) { return std::string("the recording is a part of a run"); }},
    TrustRule{"forced", [](const Evidence& e) -> std::optional<double> { return static_cast<double>(e.forced); }, 0,
              kNever,
              [](const Evidence&, double v) {
                return "the replay had to let senders past full buffers " +
                       format_count(static_cast<std::uint64_t>(v)) + " times";
              }},
    TrustRule{"io_uring", [](const Evidence& e) -> std::optional<double> { return e.io_uring ? 1 : 0; }, kNever, 0,
              [](const Evidence&, double) {
                return std::string("the program uses io_uring, whose transfers are not recorded");
              }},
};

}  // namespace

const char* name_of(Trust trust) {
  constexpr std::array kNames = {"high", "medium", "low"};
  return kNames.at(static_cast<std::size_t>(trust));
}

std::span<const TrustRule> trust_rules() { return kRules; }

Verdict judge(const Evidence& evidence) {
  Verdict verdict;
  for (const Trust level : {Trust::low, Trust::medium})
    for (const TrustRule& rule : kRules) {
      const std::optional<double> measured = rule.measure(evidence);
      if (!measured) continue;
      const Trust found = *measured > rule.low_above      ? Trust::low
                          : *measured > rule.medium_above ? Trust::medium
                                                          : Trust::high;
      if (found != level) continue;
      verdict.trust = std::max(verdict.trust, level);
      verdict.reasons.push_back(rule.reason(evidence, *measured));
    }
  return verdict;
}

}  // namespace simrec::replay
