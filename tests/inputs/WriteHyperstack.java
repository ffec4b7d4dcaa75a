import ij.ImagePlus;
import ij.ImageStack;
import ij.io.FileSaver;
import ij.measure.Calibration;
import ij.process.ColorProcessor;
import ij.process.FloatProcessor;
import ij.process.ImageProcessor;
import ij.process.ShortProcessor;

/**
 * FOLDER: puts hyperstacks into it as ImageJ saves them, of 7 x 5 pixels that count on from plane to plane: deep.tif
 * (16 bits, 2 channels, 3 slices, 2 frames), floats.tif (3 slices) and colours.tif (RGB, 4 frames).
 */
class WriteHyperstack {
    static final int WIDTH = 7, HEIGHT = 5;

    static void fill(ImageProcessor plane, int first) {
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            if (plane instanceof FloatProcessor) plane.setf(i, (first + i) / 4f);
            else plane.set(i, first + i);
        }
    }

    static ImageProcessor plane(String kind) {
        if (kind.equals("floats")) return new FloatProcessor(WIDTH, HEIGHT);
        return kind.equals("deep") ? new ShortProcessor(WIDTH, HEIGHT) : new ColorProcessor(WIDTH, HEIGHT);
    }

    static void write(String folder, String kind, int channels, int slices, int frames) {
        ImageStack stack = new ImageStack(WIDTH, HEIGHT);
        for (int i = 0; i < channels * slices * frames; i++) {
            ImageProcessor plane = plane(kind);
            fill(plane, i * WIDTH * HEIGHT);
            stack.addSlice("", plane);
        }
        ImagePlus image = new ImagePlus(kind, stack);
        image.setDimensions(channels, slices, frames);
        image.setOpenAsHyperStack(true);
        Calibration calibration = image.getCalibration();
        calibration.setUnit("micron");
        calibration.pixelWidth = 0.325;
        calibration.pixelHeight = 0.65;
        if (!new FileSaver(image).saveAsTiffStack(folder + "/" + kind + ".tif")) throw new RuntimeException(kind);
    }

    public static void main(String[] arguments) {
        write(arguments[0], "deep", 2, 3, 2);
        write(arguments[0], "floats", 1, 3, 1);
        write(arguments[0], "colours", 1, 1, 4);
    }
}
