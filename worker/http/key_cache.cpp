#include "worker/http/key_cache.h"

#include <utility>

namespace worker::http {

std::optional<KeyCache::Found> KeyCache::find(std::string const& hash, Clock::time_point now) {
    std::scoped_lock const lock{mutex_};
    auto const found = entries_.find(hash);
    if (found == entries_.end() || now - found->second.asked >= oldest) {
        return std::nullopt;
    }
    auto& entry = found->second;
    bool const to_refresh = !entry.refreshing && now - entry.asked >= oldest / 2;
    entry.refreshing = entry.refreshing || to_refresh;
    return Found{.key = entry.key, .to_refresh = to_refresh};
}

void KeyCache::put(std::string const& hash, std::optional<adapters::ApiKey> key,
                   Clock::time_point asked) {
    std::scoped_lock const lock{mutex_};
    if (entries_.size() >= most && !entries_.contains(hash)) {
        std::erase_if(entries_,
                      [&](auto const& entry) { return asked - entry.second.asked >= oldest; });
    }
    if (entries_.size() >= most) {  // somebody guesses
        std::erase_if(entries_, [](auto const& entry) { return !entry.second.key; });
    }
    if (entries_.size() >= most) {
        entries_.clear();
    }
    entries_.insert_or_assign(hash, Entry{.key = std::move(key), .asked = asked});
}

std::size_t KeyCache::size() const {
    std::scoped_lock const lock{mutex_};
    return entries_.size();
}

}  // namespace worker::http
