// The HTTP face over a memory store, as the program puts it together, without sockets: bytes of a
// client in, answers out, and the books are audited. The clock stands still.
#pragma once

#include <memory>
#include <string_view>

namespace fuzz {

// In such a world a key of all scopes is known, and tokens that are signed with a known secret:
// fuzz/README.md has both. There are accounts, jobs in several states and an order.
class FaceWorld {
public:
    FaceWorld();
    FaceWorld(FaceWorld const&) = delete;
    FaceWorld& operator=(FaceWorld const&) = delete;
    ~FaceWorld();

    // Everything of one connection. CHECKs that answers are what the server can write.
    void talk(std::string_view bytes);

    // CHECKs that the books hold together.
    void audit();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace fuzz
