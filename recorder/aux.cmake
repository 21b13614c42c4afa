# What the recorder knows about its host and about the programs it stops: calibration, doctor, stacks, modules.
add_library(simrec_recorder_aux STATIC
  calibrate_host.cc
  calibrate_cold.cc
  calibrate_loopback.cc
  calibrate_program.cc
  calibrate_fast.cc
  calibrate_runs.cc
  calibrate_stops.cc
  doctor.cc
  doctor_checks.cc
  fast/availability.cc
  host_info.cc
  idle_latency.cc
  modules.cc
  stacks.cc
  symbols.cc
  symbols_debug.cc
  symbols_elf.cc
  thread_status.cc
  unwind.cc
  unwind_code.cc
  unwind_libunwind.cc
  unwind_maps.cc
  unwind_modules.cc
  unwind_rule.cc
  unwind_table.cc)
target_link_libraries(simrec_recorder_aux
  PUBLIC simrec_options simrec_trace_format
  PRIVATE PkgConfig::UNWIND Threads::Threads)
