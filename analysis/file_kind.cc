#include "analysis/file_kind.h"

#include <sys/stat.h>

#include "trace-format/prediction_file.h"
#include "trace-format/trace_reader.h"

namespace simrec::analysis {

FileKind kind_of_file(const std::string& path) {
  struct stat status {};
  if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return FileKind::trace;
  try {
    TraceReader reader(path);
    return FileKind::trace;
  } catch (const TraceError&) {
    try {
      read_prediction(path);
      return FileKind::prediction;
    } catch (const TraceError&) {
      // Neither: what is wrong with it as a trace is the message people expect.
    }
    throw;
  }
}

}  // namespace simrec::analysis
