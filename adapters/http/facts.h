// What the server has to remember of a request while a handler owns it.
#pragma once

#include <string>
#include <string_view>

#include "adapters/http/message.h"

namespace adapters::http {

struct Facts {
    bool head = false;  // no body in the answer
    bool get = false;
    bool keep_alive = false;
    bool http_1_0 = false;
    bool takes_gzip = false;
    bool preflight = false;
    std::string id;
    std::string language;  // Accept-Language
    std::string origin;
    std::string range;
    std::string if_range;
    std::string if_none_match;
};

// Of a request whose id and remote are not set yet: fills them in too. `made_id` is used where the
// request brings no sane one.
Facts facts_of(Request& request, std::string_view made_id);

// 1 to 128 visible ASCII characters.
bool is_sane_id(std::string_view text);

bool same_word(std::string_view one, std::string_view other);  // but for case

// Among the words between commas.
bool lists(std::string_view list, std::string_view word);

std::string_view trimmed(std::string_view text);

}  // namespace adapters::http
