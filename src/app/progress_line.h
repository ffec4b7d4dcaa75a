// The progress of a command on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace intelliclinix::app {

/// One line on standard error, with a bar, images, tiles and the time that is left; nothing where standard error is no
/// terminal.
/// Threads: any.
class ProgressLine {
 public:
  explicit ProgressLine(std::size_t images);
  ~ProgressLine() { Clear(); }

  void Tiles(std::size_t image, int done, int total);
  void ImageDone(std::size_t image, bool succeeded);
  /// Takes the line away, so that something else can be written.
  void Clear();

  /// "[#####     ] 1 of 4 images, 1 failed, 12 of 20 tiles at work, 30 s left". The images are those that have
  /// succeeded; the bar has those that failed too, and never gets shorter.
  std::string Text() const;

 private:
  struct TileCount {
    int done = 0;
    int total = 0;
  };
  using SteadyClock = std::chrono::steady_clock;

  double Fraction() const;
  void Update();
  std::string TextLocked() const;
  void Show();

  const std::size_t images_;
  const bool on_terminal_;
  const SteadyClock::time_point start_ = SteadyClock::now();
  mutable std::mutex mutex_;
  std::size_t succeeded_ = 0;
  std::size_t failed_ = 0;
  double fraction_ = 0;  // the largest until now: while an image is at work, its tiles can become more
  std::map<std::size_t, TileCount> at_work_;  // by image
  SteadyClock::time_point shown_at_;
  bool shown_ = false;
};

}  // namespace intelliclinix::app
