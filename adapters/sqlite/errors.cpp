// The translation of SQLite's codes.
#include "adapters/sqlite/errors.h"

#include <cerrno>
#include <system_error>

#include <fmt/core.h>

#include "adapters/store.h"

namespace adapters::sqlite {

namespace {

std::string reason(Failure const& failure) {
    return failure.system_error == 0 ? std::string{failure.message}
                                     : std::generic_category().message(failure.system_error);
}

bool no_room(Failure const& failure) {
    return (failure.code & 0xff) == SQLITE_FULL ||
           ((failure.code & 0xff) == SQLITE_IOERR &&
            (failure.system_error == ENOSPC || failure.system_error == EDQUOT ||
             failure.system_error == EFBIG));
}

}  // namespace

void throw_failure(Failure const& failure, std::filesystem::path const& path, base::Millis waited) {
    auto const name = path.string();
    if (no_room(failure)) {
        throw Unavailable{fmt::format("store {}: no room to write; free some disk space", name)};
    }
    switch (failure.code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Unavailable{
                fmt::format("store {}: locked by another process for more than {}; find out which, "
                            "or try again",
                            name, base::to_text(waited))};
        case SQLITE_READONLY:
            throw Unavailable{fmt::format(
                "store {}: can't be written ({}); make the file and its folder writable", name,
                reason(failure))};
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            throw Unavailable{fmt::format(
                "store {}: can't be opened ({}); check the path, and that the file and its folder "
                "may be read and written",
                name, reason(failure))};
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_INTERRUPT:
        case SQLITE_PROTOCOL:
            throw Unavailable{fmt::format("store {}: can't be read or written ({}); check the disk",
                                          name, reason(failure))};
        case SQLITE_NOTADB:
            throw Unusable{
                fmt::format("store {}: not a Tallyman store; choose another path", name)};
        case SQLITE_CORRUPT:
            throw Unusable{fmt::format("store {}: damaged ({}); restore it from a backup", name,
                                       failure.message)};
        default:
            throw Unusable{
                fmt::format("store {}: refused ({}); run `tallyman audit`", name, failure.message)};
    }
}

}  // namespace adapters::sqlite
