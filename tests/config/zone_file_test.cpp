// Time zones from the system's files, and from files that nobody should believe.
#include "config/zone_file.h"

#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

#include "config/zone_rules.h"

namespace config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

base::Zone zone_of(std::string const& name) {
    auto zone = load_zone(name);
    EXPECT_TRUE(zone) << name;
    return zone.value_or(base::Zone{});
}

seconds offset(base::Zone const& zone, std::string const& at) {
    return base::offset_at(zone, *base::parse_timestamp(at));
}

// The zone with no table that such a line makes.
std::optional<base::Zone> by_rules(std::string const& line, seconds first = {}) {
    base::Zone zone{.name = "X", .first_offset = first};
    return extend_by_rules(line, zone) ? std::optional{zone} : std::nullopt;
}

TEST(ZoneFile, OffsetsOfTheTable) {
    auto const shanghai = zone_of("Asia/Shanghai");
    EXPECT_EQ(shanghai.name, "Asia/Shanghai");
    EXPECT_EQ(offset(shanghai, "2026-11-21"), hours{8});
    EXPECT_EQ(offset(shanghai, "1988-07-01"), hours{9});
    EXPECT_EQ(offset(shanghai, "2200-01-01"), hours{8});
    auto const new_york = zone_of("America/New_York");
    EXPECT_EQ(offset(new_york, "2026-03-08T06:59:59Z"), hours{-5});
    EXPECT_EQ(offset(new_york, "2026-03-08T07:00:00Z"), hours{-4});
    EXPECT_EQ(offset(new_york, "2026-11-01T06:00:00Z"), hours{-5});
    EXPECT_EQ(offset(zone_of("Asia/Kathmandu"), "2026-01-01"), hours{5} + minutes{45});
}

TEST(ZoneFile, RulesGoOnToTheYear2100) {
    auto const new_york = zone_of("America/New_York");
    EXPECT_EQ(offset(new_york, "2090-07-01"), hours{-4});
    EXPECT_EQ(offset(new_york, "2090-12-01"), hours{-5});
    auto const sydney = zone_of("Australia/Sydney");
    EXPECT_EQ(offset(sydney, "2090-01-01"), hours{11});
    EXPECT_EQ(offset(sydney, "2090-07-01"), hours{10});
    auto const dublin = zone_of("Europe/Dublin");
    EXPECT_EQ(offset(dublin, "2090-01-01"), hours{0});
    EXPECT_EQ(offset(dublin, "2090-07-01"), hours{1});
}

TEST(ZoneFile, ChangesAscend) {
    for (auto const* name : {"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
                             "America/Nuuk", "Asia/Gaza", "Europe/Dublin", "Asia/Tehran"}) {
        auto const zone = zone_of(name);
        for (std::size_t i = 1; i < zone.changes.size(); ++i) {
            EXPECT_LT(zone.changes[i - 1].at, zone.changes[i].at) << name;
        }
    }
}

TEST(ZoneFile, UtcNeedsNoFile) {
    EXPECT_EQ(zone_of("UTC").name, "UTC");
    EXPECT_TRUE(zone_of("UTC").changes.empty());
}

TEST(ZoneFile, NamesThatAreNoneOrLeaveTheFolderAreUnknown) {
    for (auto const* name : {"", "Mars/Olympus", "../../../etc/passwd", "/etc/localtime", "Asia",
                             "Asia/", "Asia//Shanghai", "./UTC", "zone.tab", "Asia/Shanghai "}) {
        EXPECT_FALSE(load_zone(name)) << name;
    }
    EXPECT_FALSE(load_zone(std::string(1'000, 'A')));
    EXPECT_FALSE(load_zone(std::string("UTC\0x", 5)));
}

TEST(ZoneRules, FormsOfRules) {
    auto const brackets = by_rules("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", hours{-3});
    ASSERT_TRUE(brackets);
    EXPECT_EQ(offset(*brackets, "2030-07-01"), hours{-2});
    EXPECT_EQ(offset(*brackets, "2030-12-01"), hours{-3});
    auto const by_days = by_rules("AAA-1:30BBB,J60/0,300/24:00:30", minutes{90});
    ASSERT_TRUE(by_days);
    EXPECT_EQ(offset(*by_days, "2028-02-29T22:29:59Z"), minutes{90});  // J60 is 1 March, always
    EXPECT_EQ(offset(*by_days, "2028-02-29T22:30:00Z"), minutes{150});
    EXPECT_EQ(offset(*by_days, "2028-10-27T21:30:29Z"), minutes{150});
    EXPECT_EQ(offset(*by_days, "2028-10-27T21:30:30Z"), minutes{90});
    auto const always = by_rules("EST5EDT,0/0,J365/25", hours{-5});
    ASSERT_TRUE(always);
    EXPECT_EQ(offset(*always, "2030-01-01T05:00:00Z"), hours{-4});
    EXPECT_EQ(offset(*always, "2030-07-01"), hours{-4});
}

TEST(ZoneRules, LinesThatAreNotRulesAreRefused) {
    EXPECT_TRUE(by_rules("CST-8"));
    for (auto const* line : {"8", "CST", "CST-8DST", "CST-8DST,M3.2.0", "CST-8DST,M13.1.0,M3.2.0",
                             "CST-8DST,M3.2.0,M11.1.0x", "CST-200", "<CST-8", "A5B,J0,J5",
                             "A5B,366,5", "A5B,M3.0.0,M4.1.0", "A5B,M3.2.7,M4.1.0", "A--5"}) {
        EXPECT_FALSE(by_rules(line)) << line;
    }
}

TEST(ZoneFile, DamagedFilesAreUnknownOrSane) {
    std::ifstream stream{"/usr/share/zoneinfo/America/New_York", std::ios::binary};
    std::string const whole{std::istreambuf_iterator<char>{stream}, {}};
    ASSERT_TRUE(parse_zone("X", whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(parse_zone("X", whole.substr(0, size))) << size;
    }
    std::mt19937 random{3};
    for (int round = 0; round < 3'000; ++round) {
        auto damaged = whole;
        for (int i = 0; i < 3; ++i) {
            damaged[random() % (round % 2 == 0 ? 200 : damaged.size())] =
                static_cast<char>(random());
        }
        auto const zone = parse_zone("X", damaged);
        for (std::size_t i = 1; zone && i < zone->changes.size(); ++i) {
            ASSERT_LT(zone->changes[i - 1].at, zone->changes[i].at);
            ASSERT_LE(std::chrono::abs(zone->changes[i].offset), hours{26});
        }
    }
}

}  // namespace
}  // namespace config
