#include "adapters/identity/key_set.h"

#include <utility>

#include "adapters/identity/jwk.h"

namespace adapters::identity {

KeySet::KeySet(KeySetOptions options)
    // Shared for the reason in the header.
    : options_{std::move(options)}, shared_{std::make_shared<Snapshot const>()} {
    if (options_.fetch) {
        thread_ = std::jthread{[this](std::stop_token const& stop) { keep_fresh(stop); }};
    }
}

KeySet::Shared KeySet::current() const {
    std::scoped_lock const lock{mutex_};
    return shared_;
}

std::uint64_t KeySet::generation() const {
    return current()->generation;
}

// A token that the given keys do not verify may be the address's; any other verdict is final.
std::expected<Claims, JwtRefusal> KeySet::verify(std::string_view token, JwtRules const& rules,
                                                 base::Timestamp now) const {
    auto const given = verify_jwt(token, options_.keys, rules, now);
    bool const elsewhere = !given && (given.error() == JwtRefusal::unknown_key ||
                                      given.error() == JwtRefusal::bad_signature ||
                                      given.error() == JwtRefusal::wrong_algorithm);
    if (!elsewhere || !options_.fetch) {
        return given;
    }
    return verify_jwt(token, current()->fetched, rules, now);
}

bool KeySet::may_refresh() const {
    std::scoped_lock const lock{mutex_};
    return options_.fetch != nullptr && Clock::now() >= next_ask_;
}

bool KeySet::refresh() {
    return may_refresh() && ask();
}

void KeySet::keep_fresh(std::stop_token const& stop) {
    while (!stop.stop_requested()) {
        ask();
        std::unique_lock lock{mutex_};
        auto const pause = shared_->generation == 0 ? options_.least_between : options_.every;
        stopping_.wait_for(lock, stop, pause, [] { return false; });
    }
}

// Whoever finds somebody else asking does not wait for the answer: an address that hangs would hold
// up one caller after the other.
bool KeySet::ask() {
    std::unique_lock const one{asking_, std::try_to_lock};
    if (!one) {
        return false;
    }
    auto document = options_.fetch();
    auto keys =
        document ? keys_from_jwks(*document, JwksFrom::address)
                 : std::expected<std::vector<Key>, std::string>{std::unexpected(document.error())};
    {
        std::scoped_lock const lock{mutex_};
        next_ask_ = Clock::now() + options_.least_between;
        if (keys && *document == document_) {
            keys = std::vector<Key>{};  // the same as before
        }
    }
    options_.tell(keys ? "" : keys.error());
    if (!keys || keys->empty()) {
        return false;
    }
    take(std::move(*keys), *document);
    return true;
}

void KeySet::take(std::vector<Key> keys, std::string const& document) {
    std::scoped_lock const lock{mutex_};
    // Shared for the reason in the header.
    shared_ = std::make_shared<Snapshot const>(
        Snapshot{.fetched = std::move(keys), .generation = shared_->generation + 1});
    document_ = document;
}

}  // namespace adapters::identity
