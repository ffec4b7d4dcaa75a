import ij.gui.Roi;
import ij.io.RoiDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Opens ROI ZIPs with ImageJ's own decoder and prints of each ROI: the ZIP, its name, its type, the pixels within it. */
class CountRois {
    public static void main(String[] archives) throws Exception {
        for (String archive : archives) {
            try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(Path.of(archive)))) {
                for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                    Roi roi = RoiDecoder.openFromByteArray(zip.readAllBytes());
                    int pixels = roi.getContainedPoints().length;
                    System.out.println(String.join(" ", archive, roi.getName(), roi.getTypeAsString(), "" + pixels));
                }
            }
        }
    }
}
