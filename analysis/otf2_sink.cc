// An Open Trace Format 2 archive, which Vampir, Scalasca and otf2-print open: a folder with an anchor, definitions and
// a file of events per thread. Hosts are nodes, processes location groups, threads locations, slices regions; flows
// are sends and receives of one communicator of all threads, each with a tag of its own, since OTF2 knows messages
// of MPI only.
#include "analysis/timeline_formats.h"
#include "trace-format/trace_error.h"

#ifdef SIMREC_OTF2

#include <otf2/otf2.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>

namespace simrec::analysis {
namespace {

namespace fs = std::filesystem;

constexpr const char* kArchiveName = "traces";
constexpr std::uint64_t kEventChunk = 1 << 20, kDefinitionChunk = 4 << 20;  // bytes; what the manual recommends

void check(OTF2_ErrorCode code, const char* what) {
  if (code != OTF2_SUCCESS)
    throw TraceError(std::string("cannot write OTF2 ") + what + ": " + OTF2_Error_GetDescription(code));
}

/// A folder that gets its name when it is whole, and is removed if it never is.
class ArchiveFolder {
 public:
  explicit ArchiveFolder(const std::string& path)
      : path_(path), partial_(path + ".partial-" + std::to_string(::getpid())) {
    std::error_code error;
    if (fs::exists(path_, error) && !fs::exists(path_ / (std::string(kArchiveName) + ".otf2"), error))
      throw TraceError("'" + path + "' exists and is no OTF2 archive; choose another name or remove it");
    fs::remove_all(partial_, error);
    if (!fs::create_directory(partial_, error)) throw TraceError("cannot make '" + path + "': " + error.message());
  }
  ~ArchiveFolder() {
    std::error_code ignored;
    fs::remove_all(partial_, ignored);
  }
  ArchiveFolder(const ArchiveFolder&) = delete;
  ArchiveFolder& operator=(const ArchiveFolder&) = delete;

  std::string partial() const { return partial_.string(); }
  void finish() {
    std::error_code error;
    fs::remove_all(path_, error);
    fs::rename(partial_, path_, error);
    if (error) throw TraceError("cannot make '" + path_.string() + "': " + error.message());
  }

 private:
  fs::path path_, partial_;
};

class Otf2Sink : public TimelineSink {
 public:
  explicit Otf2Sink(const std::string& path) : folder_(path) {}

  void begin(std::string_view title) override { title_ = title; }

  void process(const TimelineProcess& process) override {
    const auto [host, is_new] = host_index_.try_emplace(process.host, hosts_.size());
    if (is_new) hosts_.push_back(process.host);
    if (!process_index_.try_emplace(process.pid, processes_.size()).second) return;
    processes_.push_back({process.name + " " + std::to_string(process.pid), host->second, {}});
  }

  void thread(ThreadKey thread, std::string_view name) override {
    const auto process = process_index_.find(thread.pid);
    if (process == process_index_.end() || !thread_index_.try_emplace(thread, threads_.size()).second) return;
    threads_.push_back({std::string(name), process->second, {}});
  }

  void slice(const Slice& slice) override {
    const std::optional<std::uint32_t> thread = index_of(slice.thread);
    if (!thread) return;
    const auto [region, is_new] = region_index_.try_emplace(std::string(slice.name), regions_.size());
    if (is_new) regions_.emplace_back(slice.name);
    const auto value = static_cast<std::uint32_t>(region->second);
    add(*thread, {slice.start_ns, Record::enter, value, 0});
    add(*thread, {slice.start_ns + slice.duration_ns, Record::leave, value, 0});
  }

  void instant(const Instant&) override {}

  void flow(const Flow& flow) override {
    const std::optional<std::uint32_t> from = index_of(flow.from), to = index_of(flow.to);
    if (!from || !to || from == to) return;
    const std::uint32_t tag = flows_++;
    add(*from, {flow.from_ns, Record::send, *to, tag});
    add(*to, {flow.to_ns, Record::receive, *from, tag});
  }

  void end() override {
    archive_.reset(OTF2_Archive_Open(folder_.partial().c_str(), kArchiveName, OTF2_FILEMODE_WRITE, kEventChunk,
                                     kDefinitionChunk, OTF2_SUBSTRATE_POSIX, OTF2_COMPRESSION_NONE));
    if (!archive_) throw TraceError("cannot begin an OTF2 archive in '" + folder_.partial() + "'");
    static constexpr OTF2_FlushCallbacks kFlush = {
        [](void*, OTF2_FileType, OTF2_LocationRef, void*, bool) -> OTF2_FlushType { return OTF2_FLUSH; }, nullptr};
    check(OTF2_Archive_SetFlushCallbacks(archive_.get(), &kFlush, nullptr), "archive");
    check(OTF2_Archive_SetSerialCollectiveCallbacks(archive_.get()), "archive");
    check(OTF2_Archive_SetCreator(archive_.get(), "simtrace " SIMREC_VERSION), "archive");
    check(OTF2_Archive_SetDescription(archive_.get(), title_.c_str()), "archive");
    write_events();
    write_definitions();
    check(OTF2_Archive_Close(archive_.release()), "archive");
    folder_.finish();
  }

 private:
  struct Record {
    enum Kind : std::uint8_t { enter, leave, send, receive };
    Ns time_ns;
    Kind kind;
    std::uint32_t value;  ///< region, or the other thread
    std::uint32_t tag;
  };
  struct Node {
    std::string name;
    std::size_t parent;
    std::vector<Record> records;  ///< of a thread
  };
  struct CloseArchive {
    void operator()(OTF2_Archive* archive) const { OTF2_Archive_Close(archive); }
  };

  std::optional<std::uint32_t> index_of(ThreadKey key) const {
    const auto thread = thread_index_.find(key);
    if (thread == thread_index_.end()) return std::nullopt;
    return static_cast<std::uint32_t>(thread->second);
  }

  void add(std::uint32_t thread, Record record) {
    record.time_ns = std::max<Ns>(record.time_ns, 0);
    end_ns_ = std::max(end_ns_, record.time_ns);
    threads_[thread].records.push_back(record);
  }

  /// Slices of one thread follow each other: in their own order they stay, messages are put between.
  static void put_in_order(std::vector<Record>& records) { std::ranges::stable_sort(records, {}, &Record::time_ns); }

  void write_events() {
    check(OTF2_Archive_OpenEvtFiles(archive_.get()), "events");
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      OTF2_EvtWriter* writer = OTF2_Archive_GetEvtWriter(archive_.get(), i);
      put_in_order(threads_[i].records);
      for (const Record& record : threads_[i].records) check(write(writer, record), "event");
      check(OTF2_Archive_CloseEvtWriter(archive_.get(), writer), "events");
    }
    check(OTF2_Archive_CloseEvtFiles(archive_.get()), "events");
    check(OTF2_Archive_OpenDefFiles(archive_.get()), "definitions");
    for (std::uint32_t i = 0; i < threads_.size(); ++i)
      check(OTF2_Archive_CloseDefWriter(archive_.get(), OTF2_Archive_GetDefWriter(archive_.get(), i)), "definitions");
    check(OTF2_Archive_CloseDefFiles(archive_.get()), "definitions");
  }

  static OTF2_ErrorCode write(OTF2_EvtWriter* writer, const Record& record) {
    const auto time = static_cast<OTF2_TimeStamp>(record.time_ns);
    switch (record.kind) {
      case Record::enter:
        return OTF2_EvtWriter_Enter(writer, nullptr, time, record.value);
      case Record::leave:
        return OTF2_EvtWriter_Leave(writer, nullptr, time, record.value);
      case Record::send:
        return OTF2_EvtWriter_MpiSend(writer, nullptr, time, record.value, 0, record.tag, 0);
      default:
        return OTF2_EvtWriter_MpiRecv(writer, nullptr, time, record.value, 0, record.tag, 0);
    }
  }

  OTF2_StringRef string(const std::string& text) {
    const auto [known, is_new] = strings_.try_emplace(text, static_cast<OTF2_StringRef>(strings_.size()));
    if (is_new) check(OTF2_GlobalDefWriter_WriteString(definitions_, known->second, text.c_str()), "string");
    return known->second;
  }

  void write_definitions() {
    definitions_ = OTF2_Archive_GetGlobalDefWriter(archive_.get());
    check(OTF2_GlobalDefWriter_WriteClockProperties(definitions_, 1'000'000'000, 0,
                                                    static_cast<std::uint64_t>(end_ns_) + 1, OTF2_UNDEFINED_TIMESTAMP),
          "clock");
    const OTF2_StringRef none = string("");
    for (std::size_t region = 0; region < regions_.size(); ++region) {
      const OTF2_StringRef text = string(regions_[region]);
      check(OTF2_GlobalDefWriter_WriteRegion(definitions_, static_cast<OTF2_RegionRef>(region), text, text, none,
                                             OTF2_REGION_ROLE_FUNCTION, OTF2_PARADIGM_USER, OTF2_REGION_FLAG_NONE, none,
                                             0, 0),
            "region");
    }
    for (std::size_t i = 0; i < hosts_.size(); ++i)
      check(
          OTF2_GlobalDefWriter_WriteSystemTreeNode(definitions_, static_cast<OTF2_SystemTreeNodeRef>(i),
                                                   string(hosts_[i]), string("host"), OTF2_UNDEFINED_SYSTEM_TREE_NODE),
          "host");
    for (std::size_t i = 0; i < processes_.size(); ++i)
      check(OTF2_GlobalDefWriter_WriteLocationGroup(definitions_, static_cast<OTF2_LocationGroupRef>(i),
                                                    string(processes_[i].name), OTF2_LOCATION_GROUP_TYPE_PROCESS,
                                                    static_cast<OTF2_SystemTreeNodeRef>(processes_[i].parent),
                                                    OTF2_UNDEFINED_LOCATION_GROUP),
            "process");
    for (std::size_t i = 0; i < threads_.size(); ++i)
      check(OTF2_GlobalDefWriter_WriteLocation(definitions_, i, string(threads_[i].name), OTF2_LOCATION_TYPE_CPU_THREAD,
                                               threads_[i].records.size(),
                                               static_cast<OTF2_LocationGroupRef>(threads_[i].parent)),
            "thread");
    if (flows_ > 0) write_communicator();
  }

  void write_communicator() {
    std::vector<std::uint64_t> all(threads_.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto count = static_cast<std::uint32_t>(all.size());
    const OTF2_StringRef name = string("all threads");
    check(OTF2_GlobalDefWriter_WriteGroup(definitions_, 0, name, OTF2_GROUP_TYPE_COMM_LOCATIONS, OTF2_PARADIGM_MPI,
                                          OTF2_GROUP_FLAG_NONE, count, all.data()),
          "group");
    check(OTF2_GlobalDefWriter_WriteGroup(definitions_, 1, name, OTF2_GROUP_TYPE_COMM_GROUP, OTF2_PARADIGM_MPI,
                                          OTF2_GROUP_FLAG_NONE, count, all.data()),
          "group");
    check(OTF2_GlobalDefWriter_WriteComm(definitions_, 0, name, 1, OTF2_UNDEFINED_COMM, OTF2_COMM_FLAG_NONE),
          "communicator");
  }

  ArchiveFolder folder_;
  std::unique_ptr<OTF2_Archive, CloseArchive> archive_;
  OTF2_GlobalDefWriter* definitions_ = nullptr;
  std::string title_;
  std::vector<std::string> hosts_;
  std::vector<Node> processes_, threads_;
  std::map<std::string, std::size_t> host_index_;
  std::map<std::int64_t, std::size_t> process_index_;
  std::map<ThreadKey, std::size_t> thread_index_;
  std::vector<std::string> regions_;
  std::map<std::string, std::size_t> region_index_;
  std::map<std::string, OTF2_StringRef> strings_;
  std::uint32_t flows_ = 0;
  Ns end_ns_ = 0;
};

}  // namespace

std::unique_ptr<TimelineSink> make_otf2_folder(const std::string& path) { return std::make_unique<Otf2Sink>(path); }

}  // namespace simrec::analysis

#else

namespace simrec::analysis {

std::unique_ptr<TimelineSink> make_otf2_folder(const std::string&) {
  throw TraceError(
      "this simtrace was built without OTF2: install libopen-trace-format2-dev and build it again, or choose another "
      "format");
}

}  // namespace simrec::analysis

#endif
