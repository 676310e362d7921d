// As much of XML as S3's answers need: elements by their names, without attributes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace adapters::storage {

// What stands in the first element of that name; empty where there is none.
std::string_view inside(std::string_view xml, std::string_view name);

// What stands in each of them.
std::vector<std::string_view> each(std::string_view xml, std::string_view name);

// &amp; and the like as what they mean.
std::string plain(std::string_view text);

}  // namespace adapters::storage
