// Between trace.capnp and the model: a trace's header. For the codecs only, which include the generated schema.
#pragma once

#include "trace-format/model.h"
#include "trace.capnp.h"

namespace simrec {

/// Of a prediction or a program, whose summaries begin alike, only the tool's version: the caller refuses it by name.
Header read_header(schema::Header::Reader in);
void write_header(schema::Header::Builder out, const Header& header);

}  // namespace simrec
