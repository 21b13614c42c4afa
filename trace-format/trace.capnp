# Schema of a simrec trace: the specification of what is in the file.
#
# A trace is a sequence of zstd frames; each frame decompresses to one or more
# `Block` messages in the standard Cap'n Proto stream encoding, so that
#     zstd -dc trace.capnp | capnp decode trace-format/trace.capnp Block
# prints everything. Framing, column encoding, limits and evolution rules: FORMAT.md.
#
# Every field has a default that means "recorded by an older simrec, unknown".
# Times are integer nanoseconds from trace start; sizes are bytes.
@0xb7d1f0a25c3e9846;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("simrec::schema");

struct Block {
  union {
    header @0 :Header;   # exactly one, the first message of the file
    tables @1 :Tables;   # entries that later blocks refer to by index
    events @2 :Events;   # consecutive events of one thread
    footer @3 :Footer;   # exactly one, the last message; missing = recording was cut
  }
}

struct Header {
  formatVersion @0 :UInt32;       # see FORMAT.md; readers refuse a larger one
  toolVersion @1 :Text;           # e.g. "simrec 0.1.0"
  startedUnixNs @2 :Int64;        # wall-clock date of trace start: for people, never for simulation
  host @3 :Host;
  calibration @4 :Calibration;
  command @5 :List(Text);         # argv of the root command
  workingDirectory @6 :Text;
  options @7 :List(Text);         # recorder options that shaped the trace ("--stacks", …); with "--attach=PID" it
                                  # starts in the middle of programs: FORMAT.md
  tcpOptions @8 :Bool;            # setsockopt(TCP_NODELAY) calls are among the events
}

struct Host {
  name @0 :Text;
  machine @1 :Text;               # "x86_64"
  kernel @2 :Text;                # uname -r
  cpuModel @3 :Text;
  cores @4 :UInt32;               # usable by the program (its affinity mask)
  memoryBytes @5 :UInt64;
  distribution @6 :Text;          # PRETTY_NAME of os-release
  virtualization @7 :Text;        # "kvm", "none", "" = unknown
  tcpCongestionControl @8 :Text;  # default of its TCP: "cubic", "bbr", ...; "" = unknown
}

# What simrec measured on the recording host before it started the program.
struct Calibration {
  coreSpeedFlops @0 :Float64;          # flop/s of one core (FORMAT.md says by which loop)
  loopbackLatencyNs @1 :Int64;         # one way, 1 byte over TCP on lo, both ends running
  loopbackBandwidthBytesPerS @2 :Float64;
  wakeUpNs @3 :Int64;                  # from the wake of a blocked thread on another core until it runs
  stops @4 :List(StopCost);            # observer ledger: what interception costs
  timerSlackNs @5 :Int64;              # how late a sleep ends
  coldNs @6 :Int64;                    # how much longer a thread computes after a wait of 5 ms; 0 = not measured
  coldLongNs @7 :Int64;                # the same after a wait of 40 ms; 0 = not measured: no more than after 5 ms
  wakeUpRecordingNs @8 :Int64 = -1;    # wakeUpNs with idle cores as they are while simrec records; -1 = not measured
}

# The observer ledger's entry for one way of intercepting a call.
struct StopCost {
  tier @0 :UInt8;                # 1 = ptrace, 2 = in-process
  wholeCall @1 :Bool;            # entry and exit seen (true) or entry only (false)
  sameCpu @2 :Bool;              # tracer shared the core of the traced thread
  burstBiasNs @3 :Int64;         # CPU time wrongly charged to the burst before the call
  callBiasNs @4 :Int64;          # CPU time wrongly charged to the call itself
  wallNs @5 :Int64;              # wall-clock time added per call
  residualNs @6 :Int64;          # what stays uncertain after subtraction (median absolute deviation)
}

# Interned tables. Indices are global and dense; an entry given again replaces the earlier one
# (a socket that became connected, a process that changed its name).
struct Tables {
  firstString @0 :UInt32;         # index of strings[0]; index 0 is always ""
  strings @1 :List(Text);
  objects @2 :List(Object);
  stacks @3 :List(Stack);
  processes @4 :List(Process);
  threads @5 :List(Thread);
  images @6 :List(Image);

  # From format version 2 on the same as columns, instead of strings, objects, processes, threads and images (FORMAT.md,
  # "Tables"). The k-th string is the first stringShared[k] bytes of the one before and then the next stringLengths[k] of
  # stringBytes. In the other columns each value is the signed difference to the one before it in its column; empty = all
  # values are 0; the first column of a table is never empty and says how many rows there are.
  stringShared @7 :Data;          # unsigned
  stringLengths @8 :Data;         # unsigned
  stringBytes @9 :Data;
  objectColumns @10 :List(Data);  # the fields of Object by their numbers
  processColumns @11 :List(Data); # index, pid, parent, startNs, number of descriptors; then, one value per descriptor: fd,
                                  # object, closeOnExec, nonblocking
  threadColumns @12 :List(Data);  # the fields of Thread by their numbers
  imageColumns @13 :List(Data);   # process, startNs, name, executable, workingDirectory, number of arguments; one value per
                                  # argument; per image: number of modules; one value per module: position in `modules`
  modules @14 :List(Module);      # those of this message's images, each once
}

# An open file description's kernel object. Identity is `id`; two descriptors with the
# same id are the same object, whatever their numbers and processes.
struct Object {
  id @0 :UInt32;                  # from 1; 0 = unknown
  kind @1 :Kind;
  device @2 :UInt64;
  inode @3 :UInt64;
  path @4 :UInt32;                # string index: path of a file, name of a Unix socket
  localAddress @5 :UInt32;        # string index, "127.0.0.1:6379", "[::1]:80", "unix:/run/x"
  peerAddress @6 :UInt32;
  cookie @7 :UInt64;              # SO_COOKIE of a socket
  networkNamespace @8 :UInt64;    # SO_NETNS_COOKIE
  peer @9 :UInt32;                # object id of the other end when known (socketpair, pipe: itself)
  capacityBytes @10 :UInt64;      # pipe size
  sendBufferBytes @11 :UInt64;    # SO_SNDBUF
  receiveBufferBytes @12 :UInt64; # SO_RCVBUF
  peerInode @13 :UInt64;          # Unix sockets: inode of the peer when known
  nonblocking @14 :Bool;          # at creation
  closeOnExec @15 :Bool;          # at creation
  seekableSize @16 :UInt64;       # size of a regular file at open

  enum Kind {
    unknown @0;
    file @1;
    directory @2;
    device @3;
    terminal @4;
    pipe @5;
    tcp @6;
    udp @7;
    unixStream @8;
    unixDatagram @9;
    unixSeqpacket @10;
    socketOther @11;
    eventfd @12;
    timerfd @13;
    signalfd @14;
    epoll @15;
    inotify @16;
    pidfd @17;
    memfd @18;
    ioUring @19;
    sharedMemory @20;             # mapping that a shared futex lives in
    anonymous @21;                # other anon_inode
  }
}

struct Stack {                    # a call stack, symbolised while recording
  id @0 :UInt32;                  # from 1; 0 = none
  frames @1 :List(Frame);         # innermost first
}

struct Frame {
  function @0 :UInt32;            # string index, demangled; 0 = unknown
  module @1 :UInt32;              # string index, path of executable or library
  offset @2 :UInt64;              # byte offset in the module
}

struct Process {
  index @0 :UInt32;
  pid @1 :Int64;                  # as seen by the recorder
  parent @2 :UInt32;              # index + 1 of the parent process; 0 = the root command
  startNs @3 :Int64;
  descriptors @4 :List(Descriptor);  # inherited from outside the trace (root command, attached)
}

struct Descriptor {
  fd @0 :Int32;
  object @1 :UInt32;
  closeOnExec @2 :Bool;
  nonblocking @3 :Bool;
}

struct Thread {
  index @0 :UInt32;
  process @1 :UInt32;             # process index
  tid @2 :Int64;                  # as seen by the recorder
  namespaceTid @3 :Int64;         # as the program sees it, when different; 0 = same
  creator @4 :UInt32;             # index + 1 of the thread that created it; 0 = the recorder
  startNs @5 :Int64;
  cloneFlags @6 :UInt64;          # flags of clone, fork = SIGCHLD, vfork = CLONE_VFORK|CLONE_VM|SIGCHLD
  clearTidAddress @7 :UInt64;     # CLONE_CHILD_CLEARTID / set_tid_address
}

# What a process runs: one entry at start and one per successful exec.
struct Image {
  process @0 :UInt32;
  startNs @1 :Int64;
  name @2 :UInt32;                # string index, comm
  executable @3 :UInt32;          # string index
  arguments @4 :List(UInt32);     # string indices
  modules @5 :List(Module);       # executable first, then libraries (filled when known)
  workingDirectory @6 :UInt32;
}

struct Module {
  path @0 :UInt32;                # string index
  buildId @1 :Data;
  sha256 @2 :Data;
}

# Consecutive events of one thread, as parallel columns. A `Data` column is a sequence of
# LEB128 varints; "signed" ones are zigzag-coded first (FORMAT.md has a ten-line decoder). Each column
# holds `count` values; an empty one means that all are 0 (`kind` is never empty).
# Reading rule for event i, all in ns, with W = wallUnitNs and C = cpuUnitNs:
#   burst[i]  = burst column × C             CPU used since the previous event's exit
#   entry[i]  = exit[i-1] + (burst[i]/W rounded down + excess[i]) × W     (exit[-1] = startNs)
#   callCpu[i]= callCpu column × C           CPU used inside the call
#   exit[i]   = entry[i] + (callCpu[i]/W rounded down + blocked[i]) × W
# The split keeps the columns small: excess and blocked are ~0 when nothing waited. Points in time are
# rounded to W, the thread's total CPU time to C: rounding errors never add up. entry[i] >= exit[i-1],
# exit[i] >= entry[i] and ready[i] <= exit[i] - entry[i] always hold.
struct Events {
  thread @0 :UInt32;
  count @1 :UInt32;
  startNs @2 :Int64;              # exit time of the event before the first one (or thread start)
  wallUnitNs @3 :UInt32 = 1;
  cpuUnitNs @4 :UInt32 = 1;
  kind @5 :Data;                  # unsigned: x86-64 system call number, or PseudoEvent + 4096
  burst @6 :Data;                 # unsigned
  excess @7 :Data;                # signed
  callCpu @8 :Data;               # unsigned
  blocked @9 :Data;               # signed
  ready @10 :Data;                # unsigned, × 10 µs: of the call's time, runnable but waiting for a core
  result @11 :Data;               # signed: return value, or -errno
  flags @12 :Data;                # unsigned, EventFlag bits
  argumentCount @13 :Data;        # unsigned
  arguments @14 :List(Data);      # signed; list i holds argument i of every event that has one;
                                  # the last list (index 7) holds arguments 7, 8, … of an event in turn
  stack @15 :Data;                # unsigned stack id

  # From format version 2 on. Events of several threads: segment s holds segmentCounts[s] consecutive events, which are
  # those of thread segmentThreads[s] from segmentStarts[s] on. `count` is their sum; `thread` and `startNs` mean nothing.
  segmentThreads @16 :Data;       # signed differences to the segment before (the first: to 0)
  segmentCounts @17 :Data;        # unsigned
  segmentStarts @18 :Data;        # signed differences, × wallUnitNs
  # How the codes of times are scaled (FORMAT.md, "Times"); a shift of 0: not at all.
  scaleBits @19 :UInt8;           # significant bits behind the first one
  cpuShift @20 :UInt8;            # largest step: 2^cpuShift × cpuUnitNs; of burst and callCpu
  wallShift @21 :UInt8;           # the same of excess and blocked, × wallUnitNs
  # Pairs of unsigned values, kind and position: such arguments are ids, stored as differences to the one before of
  # the same kind and position in the segment (FORMAT.md, "Ids").
  idArguments @22 :Data;
}

enum PseudoEvent {
  threadStart @0;                 # first event of each thread
  threadExit @1;                  # arguments: exit status as wait(2) encodes it, 1 if last thread of the process
  signal @2;                      # a signal was delivered: signo, si_code, sending process (pid) or 0
  execDone @3;                    # new image runs: image start
  stopped @4;                     # job-control stop: signo
  continued @5;
  sample @6;                      # interrupted between calls (stack): CPU time since the thread's previous sample;
                                  # without arguments: where the recording of a thread that computed ended
}

struct Footer {
  endNs @0 :Int64;                # when the last traced thread ended
  rootExitStatus @1 :Int32;       # as wait(2) encodes it
  rootEndNs @2 :Int64;            # when the root command ended
  events @3 :UInt64;
  processes @4 :UInt32;
  threads @5 :UInt32;
  losses @6 :List(Count);         # what could not be recorded, by name
  calls @7 :List(Count);          # intercepted calls by "tierN/same-cpu" etc.: the ledger's counts
  recorderCpuNs @8 :Int64;        # CPU time of simrec itself
  truncatedBy @9 :Text;           # "", "--max-size", "--duration", "SIGINT", …: it ended before the programs
}

struct Count {
  name @0 :Text;
  count @1 :UInt64;
}
