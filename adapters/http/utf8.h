// Whether bytes are UTF-8.
#pragma once

#include <string_view>

namespace adapters::http {

// Neither overlong forms, surrogates, nor anything above U+10FFFF.
bool is_utf8(std::string_view bytes);

}  // namespace adapters::http
