# Schema of a compiled causal program: what `simreplay --save-program` writes. Framing as in trace.capnp (FORMAT.md):
#     zstd -dc p.capnp | capnp decode trace-format/program.capnp ProgramBlock
# What ops mean is said in replayer/program/program.h. Times are integer nanoseconds, sizes are bytes.
@0xd41c6f0a9b7e2835;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("simrec::schema");

struct ProgramBlock {
  union {
    summary @0 :ProgramSummary;  # exactly one, the first message
    tables @1 :ProgramTables;    # entries of the tables, in their order: pieces follow each other
    ops @2 :ProgramOps;          # consecutive ops of one thread; behind all tables
    end @3 :Void;                # last message; missing = the file was cut
  }
}

struct ProgramSummary {
  formatVersion @0 :UInt32;
  toolVersion @1 :Text;          # "simreplay-program 0.1.0"
  traceName @2 :Text;            # of the trace it was compiled from
  traceSha256 @3 :Text;
  traceHeader @4 :Data;          # a message of trace.capnp, Block.header: host, calibration, command line
  wholeRun @5 :Bool;             # the trace has the run's beginning and end
  order @6 :Text;                # --order it was compiled with: "arrival" or "recorded"
  recordedSpeedFlops @7 :Float64;
  recordedCores @8 :UInt32;
  wakeUpNs @9 :Int64;
  timerSlackNs @10 :Int64;
  tokens @11 :UInt32;
  timers @12 :UInt32;
  events @13 :UInt64;
  recordedNs @14 :Int64;
  nativeEstimateNs @15 :Int64;
  warnings @16 :List(Text);
  counts @17 :List(ProgramCount);
  processes @18 :UInt32;         # sizes of the tables
  threads @19 :UInt32;
  streams @20 :UInt32;
  connections @21 :UInt32;
  ios @22 :UInt32;
  quality @23 :RecordingQuality; # how well the recording shows the program
  coldNs @24 :Int64;
  coldLongNs @25 :Int64;
}

struct RecordingQuality {        # replayer/program/program.h explains each
  programCpuNs @0 :Int64;
  interceptionCpuNs @1 :Int64;
  ledgerResidualNs @2 :Int64;
  waitedForCoreNs @3 :Int64;
  lost @4 :UInt64;
  partial @5 :Bool;
  crowdedNs @6 :Int64;
  keptSharePpm @7 :UInt32;
  deadlineNs @8 :Int64;
}

struct ProgramCount {
  name @0 :Text;
  value @1 :UInt64;
}

struct ProgramTables {
  processes @0 :List(ProgramProcess);
  threads @1 :List(ProgramThread);
  streams @2 :List(ProgramStream);
  connections @3 :List(ProgramConnection);
  ios @4 :List(ProgramIo);
  sampled @5 :List(ProgramFunction);
  gates @6 :List(ProgramGate);
}

struct ProgramGate {             # what must be possible for a wait to be waited for: its value is an index here + 1
  kind @0 :UInt8;                # of program.h: recv, recv_end, accept, wait
  target @1 :UInt32;
  value @2 :Int64;
}

struct ProgramProcess {
  pid @0 :Int64;
  name @1 :Text;
  commandLine @2 :Text;
  names @3 :List(Text);
  parentPlusOne @4 :UInt32;
  sharingGroup @5 :UInt32;
  sharingReason @6 :Text;
  interpreterSliceNs @7 :Int64;  # one of its threads computes, others wait for it, or so long; 0 = they do it at once
}

struct ProgramThread {
  process @0 :UInt32;
  tid @1 :Int64;
  spawned @2 :Bool;
  startNs @3 :Int64;
  loopPlusOne @4 :UInt32;
  ops @5 :UInt32;                # how many it has
  usualTimeoutNs @6 :Int64;     # geometric mean, of its polls that something ended in time; 0 = none
  poolPlusOne @7 :UInt32;        # thread + 1 whose loop it and its fibers belong to, with one more turn; 0 = its own
}

struct ProgramStream {
  transport @0 :UInt16;          # 0 pipe, 1 Unix socket, 2 TCP, 3 datagrams
  capacityBytes @1 :Int64;       # INT64_MAX = no limit is known
  connectionPlusOne @2 :UInt32;
  writerThread @3 :UInt32;
  readerThread @4 :UInt32;
  label @5 :Text;
}

struct ProgramConnection {
  transport @0 :UInt16;
  clientThread @1 :UInt32;
  serverThread @2 :UInt32;
  label @3 :Text;
}

struct ProgramIo {
  bytes @0 :Int64;
  write @1 :Bool;
  label @2 :Text;
}

struct ProgramFunction {         # CPU time that samples found a thread in a function
  thread @0 :UInt32;
  label @1 :Text;
  cpuNs @2 :Int64;
}

struct ProgramOps {
  thread @0 :UInt32;
  firstOp @1 :UInt32;
  count @2 :UInt32;
  what @3 :Data;                 # unsigned varints: kind + 16 × cause, numbers of program.h
  flags @4 :Data;                # unsigned varints
  target @5 :Data;               # signed varints: difference to the latest op of the same kind in this piece
  value @6 :Data;                # unsigned varints; of recv signed: difference to the latest recv of the same target
                                 # in this piece, among the 64 remembered (slot = target mod 64)
  origins @7 :UInt32;            # entries of the columns below: which recorded call ops come from
  originOp @8 :Data;             # unsigned varints: difference to the entry before (the first one: to firstOp)
  originKind @9 :Data;           # unsigned varints
  originFd @10 :Data;            # signed varints
}
