// What the program's exit status says; docs/cli.md tells the same.
#pragma once

namespace intelliclinix::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitError = 1;       ///< wrong flags, wrong configuration, or nothing could be done at all
inline constexpr int kExitSomeFailed = 2;  ///< the command ran; some images failed, a model is not fit, ...
inline constexpr int kExitSignal = 128;    ///< plus the signal's number: interrupted (130 after Ctrl-C)

}  // namespace intelliclinix::app
