// The steps are those of AWS's description: canonical request, string to sign, key, signature.
#include "adapters/storage/signature.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hmac.h"
#include "base/lower.h"
#include "base/sha256.h"

namespace adapters::storage {

namespace {

// Without spaces at its ends; runs of them within are one.
std::string squeezed(std::string_view text) {
    std::string result;
    for (char const c : text) {
        bool const space = c == ' ' || c == '\t';
        if (!space) {
            result.push_back(c);
        } else if (!result.empty() && result.back() != ' ') {
            result.push_back(' ');
        }
    }
    result.erase(result.find_last_not_of(' ') + 1);
    return result;
}

Fields in_order(Fields const& headers) {
    Fields sorted;
    for (auto const& [name, value] : headers) {
        sorted.emplace_back(base::lower(name), squeezed(value));
    }
    std::ranges::sort(sorted);
    return sorted;
}

std::string names_of(Fields const& sorted) {
    std::string names;
    for (auto const& [name, value] : sorted) {
        names += (names.empty() ? "" : ";") + name;
    }
    return names;
}

std::string_view bytes_of(base::Hash const& hash) {
    return {reinterpret_cast<char const*>(hash.data()), hash.size()};
}

}  // namespace

std::string encoded(std::string_view text, bool keep_slashes) {
    std::string result;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain || (c == '/' && keep_slashes)) {
            result.push_back(c);
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

std::string query_text(Fields parameters) {
    for (auto& [name, value] : parameters) {
        name = encoded(name, false);
        value = encoded(value, false);
    }
    std::ranges::sort(parameters);
    std::string text;
    for (auto const& [name, value] : parameters) {
        text += (text.empty() ? "" : "&") + name + "=" + value;
    }
    return text;
}

std::string canonical(ToSign const& request) {
    auto const sorted = in_order(request.headers);
    std::string lines;
    for (auto const& [name, value] : sorted) {
        lines += name + ":" + value + "\n";
    }
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", request.method, request.path, request.query, lines,
                       names_of(sorted), request.content_hash);
}

std::string authorization(ToSign const& request, Keys const& keys, std::string_view when) {
    auto const day = when.substr(0, 8);
    auto const scope = fmt::format("{}/{}/{}/aws4_request", day, keys.region, keys.service);
    auto const text = fmt::format("AWS4-HMAC-SHA256\n{}\n{}\n{}", when, scope,
                                  base::hex(base::sha256(canonical(request))));
    auto key = base::hmac_sha256("AWS4" + keys.secret, day);
    for (std::string_view const part :
         {std::string_view{keys.region}, std::string_view{keys.service},
          std::string_view{"aws4_request"}}) {
        key = base::hmac_sha256(bytes_of(key), part);
    }
    return fmt::format("AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}", keys.id,
                       scope, names_of(in_order(request.headers)),
                       base::hex(base::hmac_sha256(bytes_of(key), text)));
}

}  // namespace adapters::storage
