// The shipped dialects: they can be read, and none of them buys twice what is dear.
#include <algorithm>
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "config/dialect.h"

namespace config {
namespace {

using dialect::Idempotency;
using dialect::OnDoubt;

bool makes(dialect::Dialect const& dialect, std::string_view role) {
    return std::ranges::any_of(dialect.result.made,
                               [&](auto const& thing) { return thing.role == role; });
}

TEST(ShippedDialects, AreReadWithoutAMistakeAndSayWhatTheyAre) {
    for (auto const& shipped : shipped_dialects()) {
        auto const loaded = parse_dialect(std::string{shipped.yaml}, std::string{shipped.name});
        ASSERT_TRUE(loaded.value) << to_text(loaded.problems[0]);
        EXPECT_EQ(loaded.value->name, shipped.name);
        EXPECT_FALSE(loaded.value->about.empty()) << shipped.name;
    }
}

TEST(ShippedDialects, AreTheFilesOfTheirFolderByName) {
    std::set<std::string> files;
    for (auto const& file : std::filesystem::directory_iterator{"config/dialects"}) {
        files.insert(file.path().stem());
    }
    std::vector<std::string> shipped;
    for (auto const& one : shipped_dialects()) {
        shipped.emplace_back(one.name);
    }
    EXPECT_TRUE(std::ranges::is_sorted(shipped));
    EXPECT_EQ(std::set<std::string>(shipped.begin(), shipped.end()), files);
}

// A video, or a voice that takes one of few places, may not be begun again on a guess.
TEST(ShippedDialects, DearOnesAreNeverSubmittedAgainWithoutProof) {
    for (auto const& shipped : shipped_dialects()) {
        auto const loaded = parse_dialect(std::string{shipped.yaml}, std::string{shipped.name});
        ASSERT_TRUE(loaded.value) << shipped.name;
        auto const& dialect = *loaded.value;
        bool const is_voice = dialect.result.made.empty();
        if (!makes(dialect, "video") && !is_voice) {
            continue;
        }
        bool const parks = dialect.on_doubt == OnDoubt::park;
        bool const by_nature = dialect.on_doubt == OnDoubt::by_idempotency;
        bool const provable = dialect.idempotency == Idempotency::honoured || dialect.lookup;
        // Its name for what is made is ours: a second one is refused, and that is the proof.
        bool const refuses = dialect.on_doubt == OnDoubt::resubmit && dialect.task.empty() &&
                             dialect.idempotency == Idempotency::unique &&
                             std::ranges::find(dialect.errors, dialect::As::taken,
                                               &dialect::ErrorRule::as) != dialect.errors.end();
        EXPECT_TRUE(parks || (by_nature && provable) || refuses) << shipped.name;
    }
}

}  // namespace
}  // namespace config
