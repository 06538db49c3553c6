import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Reaches out as programs of Java do that use nothing but its own library: {@code get URL CERTIFICATE VERSION}, or
 * {@code connect HOST PORT}, once now and once for each line of the input.
 */
final class Client {
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("get")) get(arguments[1], arguments[2], arguments[3]);
    else connect(arguments[1], Integer.parseInt(arguments[2]));
  }

  private static void get(String url, String certificate, String version) throws Exception {
    var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.valueOf(version))
            .proxy(ProxySelector.getDefault())
            .sslContext(trusting(certificate));
    var request = HttpRequest.newBuilder(URI.create(url)).build();
    var answer = client.build().send(request, BodyHandlers.ofString());
    System.out.println(answer.statusCode() + " " + answer.body());
  }

  /** Java reads stores of its own only, not a file with a certificate. */
  private static SSLContext trusting(String certificate) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null);
    try (var file = new FileInputStream(certificate)) {
      var read = CertificateFactory.getInstance("X.509").generateCertificate(file);
      store.setCertificateEntry("site", read);
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  private static void connect(String host, int port) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in));
    do {
      var address = InetAddress.getByName(host);
      try (var socket = new Socket(address, port)) {
        var said = new String(socket.getInputStream().readAllBytes());
        System.out.println(address.getHostAddress() + " " + said);
      } catch (IOException fault) {
        System.out.println(fault);
      }
    } while (lines.readLine() != null);
  }
}
