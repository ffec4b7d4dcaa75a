#include "app/signals.h"

#include <cassert>
#include <csignal>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/exit_code.h"

namespace intelliclinix::app {

StopSignals::StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal_fd_ = signalfd(-1, &signals, SFD_CLOEXEC);
  end_fd_ = eventfd(0, EFD_CLOEXEC);
  assert(signal_fd_ >= 0 && end_fd_ >= 0);
  thread_ = std::thread([this] { Watch(); });
}

StopSignals::~StopSignals() {
  [[maybe_unused]] const int failed = eventfd_write(end_fd_, 1);
  thread_.join();
  close(signal_fd_);
  close(end_fd_);
}

bool StopSignals::WaitFor(std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return came_.wait_for(lock, at_most, [this] { return signal_ != 0; });
}

void StopSignals::Watch() {
  for (;;) {
    pollfd ready[] = {{signal_fd_, POLLIN, 0}, {end_fd_, POLLIN, 0}};
    if (poll(ready, 2, -1) < 0) continue;
    if (ready[1].revents != 0) return;
    signalfd_siginfo came{};
    if (read(signal_fd_, &came, sizeof came) != sizeof came) continue;
    if (signal_ != 0) _exit(kExitSignal + static_cast<int>(came.ssi_signo));
    {
      const std::lock_guard lock(mutex_);
      signal_ = static_cast<int>(came.ssi_signo);
    }
    stop_.request_stop();
    came_.notify_all();
  }
}

}  // namespace intelliclinix::app
