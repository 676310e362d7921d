// What comes instead of audio: error bodies, pages, pictures, archives.
#pragma once

#include <optional>

#include "adapters/media.h"
#include "adapters/media/reader.h"

namespace adapters::media {

// On the first bytes, of which some hundred are enough. Nullopt: nothing that is known.
std::optional<MediaError> known_stranger(Bytes head);

}  // namespace adapters::media
