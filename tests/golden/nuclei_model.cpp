#include "golden/nuclei_model.h"

#include <stdexcept>

#include "base/byte_source.h"
#include "golden/golden_case.h"
#include "nn/checkpoint.h"
#include "nn/cpnet.h"
#include "nn/cpnet/matrix_network.h"
#include "nn/reference/matrix_kernels_reference.h"

namespace intelliclinix::golden {
namespace {

std::unique_ptr<nn::Network> MakeNetwork(const nn::StateDict& state, nn::Precision precision) {
  if (precision == nn::Precision::kBfloat16 && !nn::CpuHasBfloat16()) {
    return std::make_unique<nn::cpnet::MatrixNetwork>(Must(nn::FindCpnet(state)), nn::cpnet::kPlainMatrixKernels,
                                                      AvailableCores());
  }
  return Must(nn::MakeCpnet(state, {.precision = precision, .threads = AvailableCores()}));
}

}  // namespace

NucleiModel::NucleiModel(nn::Precision precision) {
  const std::filesystem::path models = SourceFolder() / "models";
  const nn::StateDict state = Must(nn::ReadCheckpoint(*Must(FileSource::Open(models / "nuclei_bbbc038.pth"))));
  network_ = MakeNetwork(state, precision);
  diameters_ = Must(nn::ReadDiameters(state));
  size_model_ = Must(cellpose::ReadSizeModel(*Must(FileSource::Open(models / "size_nuclei_bbbc038.npy"))));
}

const NucleiModel& Float32Model() {
  static const NucleiModel model(nn::Precision::kFloat32);
  return model;
}

ComputePool& Pool() {
  static ComputePool pool(AvailableCores());
  return pool;
}

}  // namespace intelliclinix::golden
