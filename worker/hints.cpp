#include "worker/hints.h"

#include <array>
#include <system_error>

#include <unistd.h>

#include <fmt/format.h>

#include "adapters/store.h"
#include "base/check.h"
#include "base/credits.h"
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

}  // namespace

std::string Hints::proof_of(base::JobId job) const {
    return base::hex(base::hmac_sha256(secret_, fmt::format("tallyman hint {}", job.value)));
}

std::string Hints::url(base::JobId job) const {
    return fmt::format("{}/api/provider/hint/{}/{}", public_url_, job.value, proof_of(job));
}

std::optional<base::JobId> Hints::job_of(std::string_view job, std::string_view proof) const {
    auto const number = base::parse_integer(job);
    if (!number || *number <= 0) {
        return std::nullopt;
    }
    base::JobId const id{*number};
    return base::same_secret(proof, proof_of(id)) ? std::optional{id} : std::nullopt;
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
