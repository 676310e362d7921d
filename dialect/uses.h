// Which names a request inserts, wherever they stand in it.
#pragma once

#include <functional>

#include "dialect/dialect.h"

namespace dialect {

using IsWanted = std::function<bool(Name const&)>;

bool uses(Tree const& tree, IsWanted const& is_wanted);
bool uses(Template const& text, IsWanted const& is_wanted);

// In its URL, headers or body.
bool uses(Request const& request, IsWanted const& is_wanted);

}  // namespace dialect
