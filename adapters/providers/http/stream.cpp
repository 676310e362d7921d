#include "adapters/providers/http/stream.h"

#include <algorithm>

#include "adapters/providers/http/bytes.h"

namespace adapters::providers::http {

bool Events::feed(std::string_view bytes, std::function<bool(std::string_view)> const& each) {
    while (!bytes.empty()) {
        auto const end = bytes.find('\n');
        rest_ += bytes.substr(0, end);
        if (rest_.size() > longest_ || data_.size() > longest_) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        bytes.remove_prefix(end + 1);
        auto const whole = std::exchange(rest_, {});
        auto text = std::string_view{whole};
        if (text.ends_with('\r')) {
            text.remove_suffix(1);
        }
        if (!line(text, each)) {
            return false;
        }
    }
    return true;
}

bool Events::finish(std::function<bool(std::string_view)> const& each) {
    return (rest_.empty() || line(std::exchange(rest_, {}), each)) && line("", each);
}

bool Events::line(std::string_view text, std::function<bool(std::string_view)> const& each) {
    if (text.empty()) {
        auto const data = std::exchange(data_, {});
        bool const has_data = std::exchange(has_data_, false);
        return !has_data || data.empty() || each(data);
    }
    constexpr std::string_view field = "data:";
    if (!text.starts_with(field)) {
        return true;  // a comment, or a field that says nothing of the content
    }
    text.remove_prefix(field.size());
    if (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    data_ += has_data_ ? "\n" : "";
    data_ += text;
    has_data_ = true;
    return true;
}

Joiner::Joiner(dialect::Stream const& stream, std::size_t most)
    : stream_{stream}, most_{most}, events_{most} {}

bool Joiner::feed(std::string_view bytes) {
    bool const more = events_.feed(bytes, [this](std::string_view data) { return event(data); });
    too_large_ = too_large_ || (!more && !done_ && !failed_ && !broken_);
    return more;
}

bool Joiner::finish() {
    if (!done_ && !failed_ && !broken_ && !too_large_) {
        events_.finish([this](std::string_view data) { return event(data); });
    }
    if (stream_.kind == dialect::StreamKind::chat && !text_.empty()) {
        put(whole_, stream_.into.steps, text_json(text_));
    }
    bool const finished = !stream_.finish.empty() && first_of(whole_, stream_.finish) != nullptr;
    bool const by_end = stream_.kind == dialect::StreamKind::audio && stream_.finish.empty();
    return failed_ || (any_ && !broken_ && !too_large_ && (done_ || finished || by_end));
}

bool Joiner::event(std::string_view data) {
    if (data == "[DONE]") {
        done_ = true;
        return false;
    }
    auto json = parse_json(data);
    if (!json) {
        broken_ = true;
        return false;
    }
    any_ = true;
    auto const* error = json->kind == Json::Kind::object ? json->find("error") : nullptr;
    if (error != nullptr && error->kind != Json::Kind::null) {
        failed_ = true;
        whole_ = std::move(*json);
        return false;
    }
    if (!take_delta(*json)) {
        return false;
    }
    merge(whole_, *json);
    return true;
}

bool Joiner::take_delta(Json const& json) {
    auto const* delta = first_of(json, stream_.delta);
    if (delta == nullptr || delta->kind != Json::Kind::text) {
        return true;
    }
    if (stream_.kind == dialect::StreamKind::chat) {
        text_ = stream_.cumulative ? delta->value : text_ + delta->value;
    } else if (auto piece = decoded(delta->value, stream_.hex)) {
        bytes_ += *piece;
    } else {
        broken_ = true;
        return false;
    }
    too_large_ = text_.size() + bytes_.size() > most_;
    return !too_large_;
}

}  // namespace adapters::providers::http
