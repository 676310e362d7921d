// application/x-www-form-urlencoded as Alipay posts it.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/payments/fields.h"

namespace adapters::payments {

// Names and values decoded exactly once, in order, as bytes of whatever charset they are in; names
// may come twice. Nothing for a part without '=', a broken %-escape, a name of other characters
// than is_field_name() has, or too many fields.
std::optional<Fields> read_form(std::string_view body);

}  // namespace adapters::payments
