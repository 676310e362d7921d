#include "worker/hints.h"

#include <array>
#include <charconv>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>

#include "adapters/store.h"
#include "base/check.h"
#include "base/hmac.h"
#include "worker/key_file.h"

namespace worker {

namespace {

std::string new_secret() {
    std::array<char, 32> bytes{};
    CHECK(::getentropy(bytes.data(), bytes.size()) == 0);
    return "tmh_" + base::hex(std::string_view{bytes.data(), bytes.size()});
}

std::string kept_secret(config::Settings const& settings) {
    auto const file = settings.data_dir / "hint.key";
    auto text = read_private(file);
    if (text.empty()) {
        std::error_code ignored;  // the write says what is wrong
        std::filesystem::create_directories(file.parent_path(), ignored);
        write_private(new_secret(), file);
        text = read_private(file);  // of whoever was first
    }
    return text;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    return whole && number > 0 ? std::optional{number} : std::nullopt;
}

}  // namespace

std::string Hints::proof_of(base::JobId job, std::string_view attempt) const {
    auto const said = fmt::format("tallyman hint {} {}", job.value, attempt);
    return fmt::format("{}-{}", attempt, base::hex(base::hmac_sha256(secret_, said)));
}

std::string Hints::url(base::JobId job, int attempt) const {
    return fmt::format("{}/api/provider/hint/{}/{}", public_url_, job.value,
                       proof_of(job, std::to_string(attempt)));
}

std::optional<base::JobId> Hints::job_of(std::string_view job, std::string_view proof) const {
    auto const attempt = proof.substr(0, proof.find('-'));
    auto const number = number_of<std::int64_t>(job);
    if (!number || !number_of<int>(attempt)) {
        return std::nullopt;
    }
    base::JobId const id{*number};
    return base::same_secret(proof, proof_of(id, attempt)) ? std::optional{id} : std::nullopt;
}

std::unique_ptr<Hints> make_hints(config::Settings const& settings) {
    auto const& hints = settings.hints;
    if (hints.public_url.empty()) {
        return nullptr;
    }
    return std::make_unique<Hints>(hints.public_url,
                                   hints.secret.empty() ? kept_secret(settings) : hints.secret);
}

}  // namespace worker
