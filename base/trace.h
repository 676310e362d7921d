// W3C trace context: the one line by which a job can be followed across programs. Only taken and
// handed on; where none came, none is made up.
#pragma once

#include <string>
#include <string_view>

namespace base {

// "00-<trace id>-<span id>-<flags>": version 00, lower-case hex, neither id all zeros.
bool is_traceparent(std::string_view text);

// The line if it is one, otherwise nothing: what is not valid counts as not sent.
std::string traceparent_or_none(std::string_view text);

// The 32 digits that all spans of one trace share; empty for what is no traceparent.
std::string_view trace_id(std::string_view traceparent);

// The line for somebody who is called on behalf of `parent`: the same trace and flags, a span id of
// its own. It follows from `what`, so that it can be worked out again from what is stored; `what`
// must name the call among all calls of the same parent. Empty for what is no traceparent.
std::string child_of(std::string_view parent, std::string_view what);

}  // namespace base
