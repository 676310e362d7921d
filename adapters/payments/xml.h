// The flat XML of WeChat Pay v2: one element with elements that hold text. Nothing else of XML is
// there: no DTD, no entities but the five, no comments, no attributes, no instructions but the
// declaration at the front.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/payments/fields.h"

namespace adapters::payments {

inline constexpr std::size_t most_xml = 64 * 1024;

// The elements inside the outermost, which has the name `root`, in order; names may come twice.
// Nothing: it is anything else.
std::optional<Fields> read_xml(std::string_view text, std::string_view root);

}  // namespace adapters::payments
