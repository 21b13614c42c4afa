# Makes a C++ source of the page: cmake -DPAGE=report.html -DOUTPUT=x.cc -P embed.cmake
file(READ ${PAGE} page)
set(mark "simtrace_page")
string(FIND "${page}" ")${mark}\"" clash)
if(page STREQUAL "" OR NOT clash EQUAL -1)
  message(FATAL_ERROR "${PAGE} is empty, or holds what ends a raw string here")
endif()
file(WRITE ${OUTPUT} "#include \"analysis/report_asset.h\"\n\nnamespace simrec::analysis {\nconst std::string_view kReportAsset = R\"${mark}(${page})${mark}\";\n}\n")
