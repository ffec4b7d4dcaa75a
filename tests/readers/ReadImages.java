import ij.IJ;
import ij.ImagePlus;
import ij.process.ImageProcessor;

/** Opens images with ImageJ and prints of each plane: the file, its bits, its number, width, height, sum of its pixels. */
class ReadImages {
    public static void main(String[] paths) {
        for (String path : paths) {
            ImagePlus image = IJ.openImage(path);
            for (int plane = 1; plane <= image.getStackSize(); plane++) {
                ImageProcessor pixels = image.getStack().getProcessor(plane);
                double sum = 0;
                for (int i = 0; i < pixels.getPixelCount(); i++) sum += pixels.getf(i);
                System.out.println(path + "\t" + image.getBitDepth() + "\t" + plane + "\t" + image.getWidth() + "\t"
                    + image.getHeight() + "\t" + sum);
            }
        }
    }
}
