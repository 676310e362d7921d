// sendmsg and recvmsg, and the descriptors that travel with them.
#include "adapters/media/crew/channel.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

#include "adapters/media/crew/protocol.h"
#include "base/check.h"

namespace adapters::media::crew {

namespace {

constexpr std::size_t control_room = CMSG_SPACE(sizeof(int) * most_files);

Sent state_after(int error) {
    return error == EAGAIN || error == EWOULDBLOCK ? Sent::late : Sent::gone;
}

iovec part(std::span<std::byte const> bytes) {
    return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

std::vector<Fd> files_in(msghdr& message) {
    std::vector<Fd> files;
    for (auto* head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        auto const count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(head) + i * sizeof number, sizeof number);
            files.emplace_back(number);
        }
    }
    return files;
}

}  // namespace

Sent send(int socket, std::span<std::byte const> message, std::span<int const> files,
          std::span<std::byte const> more) {
    CHECK(files.size() <= most_files);
    alignas(cmsghdr) std::array<std::byte, control_room> control{};
    std::array parts{part(message), part(more)};
    msghdr head{};
    head.msg_iov = parts.data();
    head.msg_iovlen = more.empty() ? 1 : 2;
    if (!files.empty()) {
        head.msg_control = control.data();
        head.msg_controllen = CMSG_SPACE(files.size_bytes());
        auto* const rights = CMSG_FIRSTHDR(&head);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(files.size_bytes());
        std::memcpy(CMSG_DATA(rights), files.data(), files.size_bytes());
    }
    while (::sendmsg(socket, &head, MSG_NOSIGNAL) < 0) {
        if (errno != EINTR) {
            return state_after(errno);
        }
    }
    return Sent::yes;
}

Received receive(int socket, std::span<std::byte> into, std::size_t most) {
    alignas(cmsghdr) std::array<std::byte, control_room> control;
    iovec room{.iov_base = into.data(), .iov_len = into.size()};
    msghdr head{};
    head.msg_iov = &room;
    head.msg_iovlen = 1;
    if (most > 0) {
        head.msg_control = control.data();
        head.msg_controllen = control.size();
    }
    ssize_t count = -1;
    while ((count = ::recvmsg(socket, &head, MSG_CMSG_CLOEXEC)) < 0) {
        if (errno != EINTR) {
            return {.state = state_after(errno)};
        }
    }
    if (count == 0) {
        return {.state = Sent::gone};
    }
    bool const whole = (head.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    return {.state = Sent::yes,
            .size = whole ? static_cast<std::size_t>(count) : 0,
            .files = most > 0 ? files_in(head) : std::vector<Fd>{}};
}

}  // namespace adapters::media::crew
