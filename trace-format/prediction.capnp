# Schema of a prediction: what simreplay found. Framing as in trace.capnp (FORMAT.md):
#     zstd -dc p.capnp | capnp decode trace-format/prediction.capnp PredictionBlock
# Times are integer nanoseconds of simulated time since the start of the root command.
@0xe3f4c7719b0d5a62;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("simrec::schema");

struct PredictionBlock {
  union {
    summary @0 :Summary;        # exactly one, the first message
    intervals @1 :Intervals;    # timeline of one thread, only with --timeline
    end @2 :Void;               # last message; missing = the file was cut
    path @3 :PathSteps;         # a piece of the critical path; none = it was not followed
    connections @4 :List(ConnectionResult);  # may come in several messages
    links @5 :List(LinkResult);              # likewise
  }
}

struct Summary {
  formatVersion @0 :UInt32;
  toolVersion @1 :Text;
  simgridVersion @2 :Text;
  traceName @3 :Text;
  traceSha256 @4 :Text;
  platformName @5 :Text;
  platformSha256 @6 :Text;
  engine @7 :Text;              # "event" or "reference"
  predictedNs @8 :Int64;        # wall time of the root command on the platform
  recordedNs @9 :Int64;         # wall time of the root command while it was recorded
  nativeEstimateNs @10 :Int64;  # recordedNs with the tracing cost on its critical path removed
  twinNs @11 :Int64;            # predicted wall time on the twin of the recording host
  closureError @12 :Float64;    # twinNs / nativeEstimateNs - 1
  events @13 :UInt64;           # trace events behind the prediction
  operations @14 :UInt64;       # ops executed
  processes @15 :List(ProcessResult);
  hosts @16 :List(HostResult);
  warnings @17 :List(Text);
  counts @18 :List(NamedCount); # what could not be known (validity), by name
  options @19 :List(Text);      # replay options that shaped the result
  trust @20 :Text;              # "high", "medium" or "low"; "" = not judged
  trustReasons @21 :List(Text); # why not high, the worst first
  validity @22 :List(Doubt);    # what the trace cannot tell and how much it matters here
  intervalLowNs @23 :Int64;     # predictedNs lies in between, about 90 % of the time; 0, 0 = no interval
  intervalHighNs @24 :Int64;
  uncertainties @25 :List(Uncertainty); # what the interval is made of
  recordings @26 :UInt32 = 1;   # recordings of the same experiment; predictedNs is their median
  platformFile @27 :Text;       # as given on the command line; "" = none was, the platform is made from the trace
}

struct Doubt {
  what @0 :Text;
  count @1 :UInt64;
  share @2 :Float64 = -1;       # |predicted otherwise / predictedNs - 1|; negative = not measured
}

struct Uncertainty {
  what @0 :Text;
  relative @1 :Float64;         # half width, as a part of predictedNs
}

struct ProcessResult {
  pid @0 :Int64;                # as recorded
  name @1 :Text;
  commandLine @2 :Text;
  host @3 :Text;
  startNs @4 :Int64;
  endNs @5 :Int64;
  computeNs @6 :Int64;          # summed over its threads, as the others below
  waitNs @7 :Waits;
  threads @8 :UInt32;
}

struct Waits {
  networkNs @0 :Int64;          # bytes, connections, send buffers
  diskNs @1 :Int64;
  syncNs @2 :Int64;             # futex, eventfd, signals, locks, pipes
  childNs @3 :Int64;            # wait4, vfork
  sleepNs @4 :Int64;            # sleeps, expired timeouts, recorded external waits
  readyNs @5 :Int64;            # runnable, but no core free
}

struct HostResult {
  name @0 :Text;
  cores @1 :UInt32;
  speedFlops @2 :Float64;
  busyCoreNs @3 :Int64;
  busyOverTime @4 :Data;        # unsigned varints, ns: busyCoreNs in equal slices of the predicted time
}

struct Intervals {
  pid @0 :Int64;
  tid @1 :Int64;
  count @2 :UInt32;
  startNs @3 :Int64;
  state @4 :Data;               # unsigned varints: IntervalState
  duration @5 :Data;            # unsigned varints, ns; intervals follow each other without gaps
  cause @6 :Data;               # unsigned varints: 0 = none, else tid + 1 of the thread that ended the wait
}

enum IntervalState {
  compute @0;
  network @1;
  disk @2;
  sync @3;
  child @4;
  sleep @5;
  ready @6;
}

# Steps of the critical path follow each other without gaps and cover the predicted time. Columns as in Intervals.
struct PathSteps {
  startNs @0 :Int64;            # of the first step of this message
  count @1 :UInt32;
  names @2 :List(Text);         # appended to the names of the messages before; the first name of all is ""
  duration @3 :Data;            # unsigned, ns
  kind @4 :Data;                # unsigned: PathKind
  pid @5 :Data;                 # signed differences to the step before (in this message; the first: to 0)
  tid @6 :Data;                 # likewise
  what @7 :Data;                # unsigned: index into all names
  waited @8 :Data;              # unsigned, ns: of a step that ends a wait, how long the thread had waited then
  functions @9 :List(PathFunction);
}

enum PathKind {
  compute @0;
  ready @1;                     # runnable, but no core free
  latency @2;
  bandwidth @3;
  connect @4;
  disk @5;
  lock @6;                      # until the thread that waited for the lock ran
  sync @7;                      # the same for other waits that a thread ended
  child @8;
  sleep @9;
  order @10;                    # an event loop's turn
  window @11;                   # a sender waited for acknowledgements or room
  wake @12;                     # woken after a message, a device or a sleep
  outside @13;                  # recorded waits whose cause is not in the trace
}

struct PathFunction {
  pid @0 :Int64;
  tid @1 :Int64;
  what @2 :UInt32;              # index into all names
  pathNs @3 :Int64;
}

# One direction of bytes.
struct ConnectionResult {
  name @0 :Text;
  fromPid @1 :Int64;
  toPid @2 :Int64;
  fromHost @3 :Text;
  toHost @4 :Text;
  messages @5 :UInt64;          # writes
  bytes @6 :UInt64;
  waitNs @7 :Int64;             # that readers waited
  pathNs @8 :Int64;             # of it on the critical path
}

struct LinkResult {
  name @0 :Text;                # as in the platform
  bandwidthBps @1 :Float64;     # bytes per second
  latencyS @2 :Float64;
  bytes @3 :UInt64;             # as on the wire
  busyNs @4 :Int64;             # with a transfer under way
  bytesOverTime @5 :Data;       # unsigned varints, in equal slices of the predicted time
}

struct NamedCount {
  name @0 :Text;
  count @1 :UInt64;
}
