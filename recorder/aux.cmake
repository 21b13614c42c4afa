# What the recorder knows about its host and about the programs it stops: calibration, doctor, stacks, modules.
add_library(simrec_recorder_aux STATIC
  calibrate_host.cc
  calibrate_loopback.cc
  calibrate_stops.cc
  host_info.cc)
target_link_libraries(simrec_recorder_aux
  PUBLIC simrec_options simrec_trace_format
  PRIVATE PkgConfig::UNWIND Threads::Threads)
