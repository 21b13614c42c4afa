#include "sample.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>

#include "trace-format/prediction_file.h"

namespace simrec::test {

Header full_header() {
  Header header;
  header.tool_version = "simrec 9.8.7";
  header.started_unix_ns = 1'700'000'000'123'456'789;
  header.host = {.name = "host-é",
                 .machine = "x86_64",
                 .kernel = "6.1.0",
                 .cpu_model = "Some CPU @ 3 GHz",
                 .distribution = "Debian \"12\"",
                 .virtualization = "kvm",
                 .tcp_congestion_control = "bbr",
                 .cores = 7,
                 .memory_bytes = 1ULL << 40};
  header.calibration = {
      .core_speed_flops = 1.25e9,
      .loopback_latency_ns = 12'345,
      .loopback_bandwidth_bytes_per_s = 3.5e9,
      .wake_up_ns = 6'789,
      .wake_up_recording_ns = 123,
      .timer_slack_ns = 50'000,
      .cold_ns = 98'000,
      .cold_long_ns = 123'000,
      .stops = {{1, true, true, 2'600, 700, 13'800, 80}, {2, false, false, 13'900, 5'000, 92'000, 5'000}}};
  header.command = {"./app", "", "with space", "\xff\xfe not UTF-8"};
  header.working_directory = "/home/user";
  header.options = {"--stacks", "-q"};
  header.tcp_options = true;
  return header;
}

Footer full_footer() {
  return {.end_ns = 9'000'000'000,
          .root_exit_status = 256 * 7,
          .root_end_ns = 8'000'000'000,
          .events = 0,  // the writer counts
          .processes = 2,
          .threads = 3,
          .losses = {{"unreadable path", 3}, {"unknown peer", UINT64_MAX}},
          .calls = {{"tier1/same-cpu", 17}},
          .recorder_cpu_ns = 123'456'789,
          .truncated_by = "--max-size"};
}

Prediction full_prediction(int intervals) {
  Prediction prediction;
  prediction.summary = {
      .format_version = kPredictionVersion,
      .tool_version = "simreplay 9.8.7",
      .simgrid_version = "3.32",
      .trace_name = "trace.capnp",
      .trace_sha256 = "ab12",
      .platform_name = "twin.xml",
      .platform_sha256 = "cd34",
      .engine = "event",
      .predicted_ns = 1'000'000'007,
      .recorded_ns = 2'000'000'011,
      .native_estimate_ns = 1'500'000'000,
      .twin_ns = 1'450'000'000,
      .closure_error = -0.0333,
      .events = 42,
      .operations = 99,
      .processes = {{17, "app", "./app -x", "h1", 0, 5, 3, {1, 2, 3, 4, 5, 6}, 2}, {18, "", "", "", 1, 2, 3, {}, 1}},
      .hosts = {{"h1", 4, 2.5e9, 77, {70, 0, 7}}, {"h2", 1, 1e6, 0}},
      .warnings = {"something"},
      .counts = {{"timeouts that fired", 5}},
      .options = {"--place", "app=h1"},
      .trust = "medium",
      .trust_reasons = {"it is hot", "it rains"},
      .validity = {{"timeouts", 5, 0.25}, {"spins", 7, -1}},
      .interval_low_ns = 900'000'000,
      .interval_high_ns = 1'100'000'000,
      .uncertainties = {{"model", 0.06}},
      .recordings = 3,
      .platform_file = "dir/twin.xml"};
  ThreadTimeline busy{.pid = 17, .tid = 17, .start_ns = 5, .intervals = {}};
  for (int i = 0; i < intervals; ++i) {
    busy.intervals.push_back({static_cast<TimelineState>(i % 7), i * 3LL, static_cast<std::uint64_t>(i % 3)});
  }
  prediction.path.emplace();
  prediction.path->names = {"", "tcp é", "inflate"};
  for (int i = 0, start = 0; i < intervals; start += i++ % 5)
    prediction.path->steps.push_back({.start_ns = start,
                                      .duration_ns = i % 5,
                                      .kind = static_cast<PathKind>(i % static_cast<int>(kPathKinds)),
                                      .pid = i % 2 ? 17 : INT64_MAX,
                                      .tid = i % 3 ? 19 : INT64_MIN,
                                      .what = static_cast<std::uint32_t>(i % 2),
                                      .waited_ns = i});
  prediction.path->functions = {{17, 19, 2, 1'234}};
  prediction.connections = {{"tcp é", 17, 18, "h1", "h2", 3, UINT64_MAX, 5, 6}, {}};
  prediction.links = {{"backbone", 1.25e9, 1e-4, 1'000, 2'000, {0, UINT64_MAX, 5}}, {}};
  prediction.timelines = {busy, {.pid = 18, .tid = 19, .start_ns = 0, .intervals = {}}};
  return prediction;
}

std::vector<SampleEvent> sample_events(std::uint32_t threads, std::uint32_t per_thread, unsigned seed, Ns grain_ns) {
  constexpr std::int64_t kEdges[] = {0,    1,    -1,        63,        64,        -64,       -65,
                                     8191, 8192, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, -11};
  std::mt19937 random(seed);
  const auto below = [&random](std::uint32_t limit) { return static_cast<std::int64_t>(random() % limit); };
  std::vector<Ns> clock(threads, 0);
  std::vector<SampleEvent> events;
  for (std::uint32_t i = 0; i < per_thread; ++i) {
    for (std::uint32_t t = 0; t < threads; ++t) {
      SampleEvent sample;
      Event& event = sample.event;
      event.thread = {t};
      event.kind = i == 0 ? event_kind(PseudoEvent::threadStart) : static_cast<std::uint16_t>(below(460));
      if (i == 5) event.kind = UINT16_MAX;
      event.flags = i % 5 == 1 ? kEntryOnly : static_cast<std::uint32_t>(below(32)) & ~kEntryOnly;
      event.burst_ns = i == 0 ? 0 : below(100) * grain_ns;
      event.entry_ns = clock[t] + below(1'000) * grain_ns;
      event.exit_ns = event.entry_ns;
      if ((event.flags & kEntryOnly) == 0) {
        event.call_cpu_ns = below(50) * grain_ns;
        event.exit_ns += below(i % 7 == 3 ? 10'000'000 : 100) * grain_ns;
        event.ready_ns = (event.exit_ns - event.entry_ns) / 20'000 * 10'000;
      }
      clock[t] = event.exit_ns;
      event.result = kEdges[static_cast<std::size_t>(below(std::size(kEdges)))];
      event.stack.value = i % 4 == 0 ? 1 : 0;
      for (std::int64_t a = below(i % 6 == 2 ? 20 : 4); a > 0; --a) {
        sample.arguments.push_back(kEdges[static_cast<std::size_t>(below(std::size(kEdges)))]);
      }
      events.push_back(std::move(sample));
    }
  }
  for (SampleEvent& sample : events) sample.event.arguments = sample.arguments;
  return events;
}

void write_sample(const std::string& path, std::uint32_t threads, std::uint32_t per_thread, WriterOptions options) {
  TraceWriter writer(path, full_header(), options);
  const StringId app = writer.intern("app");
  const StringId library = writer.intern("/usr/lib/libsomething.so.6");
  writer.put(Process{.index = {0},
                     .pid = 4'000'000,
                     .parent_plus_one = 0,
                     .start_ns = 0,
                     .descriptors = {{0, {1}, false, false}, {INT32_MAX, {2}, true, true}}});
  writer.put(Process{.index = {1}, .pid = 7, .parent_plus_one = 1, .start_ns = 1'000, .descriptors = {}});
  for (std::uint32_t t = 0; t < threads; ++t) {
    writer.put(Thread{.index = {t},
                      .process = {t % 2},
                      .tid = 100 + t,
                      .namespace_tid = t,
                      .creator_plus_one = t,
                      .start_ns = 0,
                      .clone_flags = 0x3D0F00,
                      .clear_tid_address = 0x7FFF'FFFF'F000});
  }
  writer.put(Object{.id = {},
                    .kind = ObjectKind::tcp,
                    .device = 9,
                    .inode = UINT64_MAX,
                    .path = writer.intern("/some/path"),
                    .local_address = writer.intern("127.0.0.1:6379"),
                    .peer_address = writer.intern("[::1]:40000"),
                    .cookie = 11,
                    .network_namespace = 12,
                    .peer = {2},
                    .capacity_bytes = 65'536,
                    .send_buffer_bytes = 2'626'560,
                    .receive_buffer_bytes = 131'072,
                    .peer_inode = 13,
                    .nonblocking = true,
                    .close_on_exec = true,
                    .size_bytes = 1ULL << 50});
  writer.put(Object{.id = {2}, .kind = ObjectKind::anonymous, .inode = 5});
  writer.intern(std::vector<Frame>{{app, library, 0xABCDEF}, {{}, library, UINT64_MAX}});
  writer.put(Image{.process = {0},
                   .start_ns = 0,
                   .name = app,
                   .executable = writer.intern("/bin/app"),
                   .arguments = {app, writer.intern("-x")},
                   .modules = {{library, std::string("\0\1\2", 3), std::string(32, '\xEE')}},
                   .working_directory = writer.intern("/tmp")});
  for (const SampleEvent& sample : sample_events(threads, per_thread)) writer.append(sample.event);
  writer.finish(full_footer());
}

std::string text_of(const Event& event) {
  std::ostringstream out;
  out << "event thread=" << event.thread.value << " kind=" << event.kind << " flags=" << event.flags
      << " entry=" << event.entry_ns << " exit=" << event.exit_ns << " burst=" << event.burst_ns
      << " cpu=" << event.call_cpu_ns << " ready=" << event.ready_ns << " result=" << event.result
      << " stack=" << event.stack.value << " arguments";
  for (const std::int64_t argument : event.arguments) out << ' ' << argument;
  return out.str();
}

std::string text_of(const Header& header) {
  std::ostringstream out;
  out.precision(17);
  const HostInfo& host = header.host;
  const Calibration& calibration = header.calibration;
  out << "header " << header.format_version << '|' << header.tool_version << '|' << header.started_unix_ns << '|'
      << host.name << '|' << host.machine << '|' << host.kernel << '|' << host.cpu_model << '|' << host.distribution
      << '|' << host.virtualization << '|' << host.cores << '|' << host.memory_bytes << '|'
      << calibration.core_speed_flops << '|' << calibration.loopback_latency_ns << '|'
      << calibration.loopback_bandwidth_bytes_per_s << '|' << calibration.wake_up_ns << '|'
      << calibration.timer_slack_ns;
  if (calibration.cold_ns) out << '|' << calibration.cold_ns;  // not in traces of older tools
  if (calibration.cold_long_ns) out << '|' << calibration.cold_long_ns;
  if (calibration.wake_up_recording_ns >= 0) out << '|' << calibration.wake_up_recording_ns;
  if (!host.tcp_congestion_control.empty()) out << '|' << host.tcp_congestion_control;
  for (const StopCost& stop : calibration.stops) {
    out << "\nstop " << int{stop.tier} << stop.whole_call << stop.same_cpu << '|' << stop.burst_bias_ns << '|'
        << stop.call_bias_ns << '|' << stop.wall_ns << '|' << stop.residual_ns;
  }
  for (const std::string& word : header.command) out << "\ncommand " << word;
  for (const std::string& word : header.options) out << "\noption " << word;
  if (header.tcp_options) out << "\ntcp options";  // not in older traces
  out << "\nin " << header.working_directory << '\n';
  return out.str();
}

std::string text_of(const Footer& footer) {
  std::ostringstream out;
  out << "footer " << footer.end_ns << '|' << footer.root_exit_status << '|' << footer.root_end_ns << '|'
      << footer.events << '|' << footer.processes << '|' << footer.threads << '|' << footer.recorder_cpu_ns << '|'
      << footer.truncated_by;
  for (const NamedCount& loss : footer.losses) out << "\nloss " << loss.name << '=' << loss.count;
  for (const NamedCount& call : footer.calls) out << "\ncall " << call.name << '=' << call.count;
  out << '\n';
  return out.str();
}

std::string text_of(const Trace& trace) {
  std::ostringstream out;
  const Tables& tables = trace.tables;
  const auto text = [&tables](StringId id) { return "'" + tables.string(id) + "'"; };
  out << text_of(trace.header);
  for (const Object& object : tables.objects()) {
    out << "object " << object.id.value << '|' << static_cast<int>(object.kind) << '|' << object.device << '|'
        << object.inode << '|' << text(object.path) << '|' << text(object.local_address) << '|'
        << text(object.peer_address) << '|' << object.cookie << '|' << object.network_namespace << '|'
        << object.peer.value << '|' << object.capacity_bytes << '|' << object.send_buffer_bytes << '|'
        << object.receive_buffer_bytes << '|' << object.peer_inode << '|' << object.nonblocking << object.close_on_exec
        << '|' << object.size_bytes << '\n';
  }
  for (const Process& process : tables.processes()) {
    out << "process " << process.index.value << '|' << process.pid << '|' << process.parent_plus_one << '|'
        << process.start_ns;
    for (const Descriptor& d : process.descriptors) {
      out << " fd " << d.fd << '=' << d.object.value << d.close_on_exec << d.nonblocking;
    }
    out << '\n';
  }
  for (const Thread& thread : tables.threads()) {
    out << "thread " << thread.index.value << '|' << thread.process.value << '|' << thread.tid << '|'
        << thread.namespace_tid << '|' << thread.creator_plus_one << '|' << thread.start_ns << '|' << thread.clone_flags
        << '|' << thread.clear_tid_address << '\n';
  }
  for (const Image& image : tables.images()) {
    out << "image " << image.process.value << '|' << image.start_ns << '|' << text(image.name) << '|'
        << text(image.executable) << '|' << text(image.working_directory);
    for (const StringId argument : image.arguments) out << ' ' << text(argument);
    for (const Module& module : image.modules)
      out << " module " << text(module.path) << module.build_id << module.sha256;
    out << '\n';
  }
  for (std::uint32_t id = 1; const Stack* stack = tables.stack({id}); ++id) {
    out << "stack " << stack->id.value;
    for (const Frame& frame : stack->frames) out << ' ' << text(frame.function) << text(frame.module) << frame.offset;
    out << '\n';
  }
  for (const ThreadEvents& events : trace.events) {
    for (std::size_t i = 0; i < events.size(); ++i) out << text_of(events[i]) << '\n';
  }
  if (trace.footer) out << text_of(*trace.footer);
  out << "events " << trace.event_count << '\n';
  return out.str();
}

std::string text_of(const Prediction& prediction) {
  std::ostringstream out;
  out.precision(17);
  const PredictionSummary& s = prediction.summary;
  out << s.format_version << '|' << s.tool_version << '|' << s.simgrid_version << '|' << s.trace_name << '|'
      << s.trace_sha256 << '|' << s.platform_name << '|' << s.platform_sha256 << '|' << s.engine << '|'
      << s.predicted_ns << '|' << s.recorded_ns << '|' << s.native_estimate_ns << '|' << s.twin_ns << '|'
      << s.closure_error << '|' << s.events << '|' << s.operations << '\n';
  for (const ProcessResult& p : s.processes) {
    out << "process " << p.pid << '|' << p.name << '|' << p.command_line << '|' << p.host << '|' << p.start_ns << '|'
        << p.end_ns << '|' << p.compute_ns << '|' << p.waits.network_ns << '|' << p.waits.disk_ns << '|'
        << p.waits.sync_ns << '|' << p.waits.child_ns << '|' << p.waits.sleep_ns << '|' << p.waits.ready_ns << '|'
        << p.threads << '\n';
  }
  for (const HostResult& h : s.hosts) {
    out << "host " << h.name << '|' << h.cores << '|' << h.speed_flops << '|' << h.busy_core_ns << '\n';
    for (const std::uint64_t ns : h.busy_over_time_ns) out << "busy " << ns << '\n';
  }
  for (const std::string& warning : s.warnings) out << "warning " << warning << '\n';
  for (const NamedCount& count : s.counts) out << "count " << count.name << '=' << count.count << '\n';
  for (const std::string& option : s.options) out << "option " << option << '\n';
  if (!s.trust.empty())  // none in predictions of older simreplays
    out << "trust " << s.trust << '|' << s.interval_low_ns << '|' << s.interval_high_ns << '|' << s.recordings << '\n';
  if (!s.platform_file.empty()) out << "platform file " << s.platform_file << '\n';
  for (const std::string& reason : s.trust_reasons) out << "reason " << reason << '\n';
  for (const Doubt& d : s.validity) out << "doubt " << d.what << '|' << d.count << '|' << d.share << '\n';
  for (const Uncertainty& u : s.uncertainties) out << "part " << u.what << '|' << u.relative << '\n';
  for (const ConnectionResult& c : prediction.connections)
    out << "connection " << c.name << '|' << c.from_pid << '|' << c.to_pid << '|' << c.from_host << '|' << c.to_host
        << '|' << c.messages << '|' << c.bytes << '|' << c.wait_ns << '|' << c.path_ns << '\n';
  for (const LinkResult& l : prediction.links) {
    out << "link " << l.name << '|' << l.bandwidth_bps << '|' << l.latency_s << '|' << l.bytes << '|' << l.busy_ns;
    for (const std::uint64_t bytes : l.bytes_over_time) out << ' ' << bytes;
    out << '\n';
  }
  if (prediction.path) {
    for (const std::string& name : prediction.path->names) out << "name " << name << '\n';
    for (const PathStep& step : prediction.path->steps)
      out << "step " << step.start_ns << '|' << step.duration_ns << '|' << name_of(step.kind) << '|' << step.pid << '|'
          << step.tid << '|' << step.what << '|' << step.waited_ns << '\n';
    for (const PathFunction& function : prediction.path->functions)
      out << "function " << function.pid << '|' << function.tid << '|' << function.what << '|' << function.path_ns
          << '\n';
  }
  for (const ThreadTimeline& thread : prediction.timelines) {
    out << "thread " << thread.pid << '|' << thread.tid << '|' << thread.start_ns;
    for (const TimelineInterval& i : thread.intervals) {
      out << ' ' << static_cast<int>(i.state) << ',' << i.duration_ns << ',' << i.cause_tid_plus_one;
    }
    out << '\n';
  }
  return out.str();
}

MemoryFile::MemoryFile(std::string_view content) : fd_(::memfd_create("test", MFD_CLOEXEC)) {
  if (fd_ < 0) throw std::runtime_error("memfd_create failed");
  replace(content);
}

MemoryFile::~MemoryFile() { ::close(fd_); }

void MemoryFile::replace(std::string_view content) {
  if (::ftruncate(fd_, 0) != 0 ||
      ::pwrite(fd_, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) {
    throw std::runtime_error("cannot fill a memory file");
  }
}

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(fd_); }

TemporaryDirectory::TemporaryDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "simrec-format-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string sample_bytes(std::uint32_t threads, std::uint32_t per_thread, WriterOptions options) {
  const TemporaryDirectory directory;
  write_sample(directory.file("t"), threads, per_thread, options);
  return bytes_of(directory.file("t"));
}

std::string prediction_bytes() {
  const TemporaryDirectory directory;
  write_prediction(directory.file("p"), full_prediction());
  return bytes_of(directory.file("p"));
}

std::string error_of_reading(const std::string& path, ReadLimits limits) {
  try {
    load_trace(path, limits);
  } catch (const TraceError& e) {
    return e.what();
  }
  return "";
}

}  // namespace simrec::test
