// What a file is, by how it begins and never by what anybody calls it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace worker {

struct ResultKind {
    std::string_view type;       // "audio/mpeg"
    std::string_view extension;  // ".mp3"
};

// As much of a file as kind_of() looks at.
inline constexpr std::size_t kind_head = 4'096;

// None: nothing that is known, or a web page.
std::optional<ResultKind> kind_of(std::string_view begin);

// Why a file of this kind is not what a provider was to make in this role ("audio", "video",
// "image", or any other, which is text or data); empty where it may be. JSON is only a result where
// JSON was announced, for otherwise it is an error that is told to programs.
std::string why_not(ResultKind const& kind, std::string_view role, std::string_view announced);

// Whether one of these ("audio/mpeg", "audio/*") is it; without any of them all are.
bool is_taken(ResultKind const& kind, std::vector<std::string> const& types);

}  // namespace worker
