// What TagLib makes of it: a third opinion to note, never what is billed.
#pragma once

#include <optional>
#include <string_view>

#include "adapters/media/reader.h"
#include "adapters/media/sniff.h"
#include "base/time.h"

namespace adapters::media {

// Nullopt where TagLib does not know the format, finds no length, or would have to read more than
// an opinion is worth: 16 MiB, or 64 KiB of what is far. Never throws.
std::optional<base::Millis> taglib_opinion(Reader& reader, Sniffed const& found,
                                           std::string_view codec);

}  // namespace adapters::media
