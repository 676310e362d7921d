// Secrets of the settings, as text or as the name of a file. What was given is never repeated in a
// complaint.
#pragma once

#include <cstddef>
#include <string>

#include "config/value.h"

namespace config {

struct SecretForm {
    std::size_t shortest = 1;  // 0: an empty one says that there is none
    bool in_a_header = false;  // printable, without spaces
};

void read_secret(Value const& value, std::string& into, SecretForm form = {});
void read_secret_file(Value const& value, std::string& into, SecretForm form = {});

}  // namespace config
