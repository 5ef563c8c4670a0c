import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * Asks a real Apache Flink what a SQL script answers. Each script given on the command line (or one on standard input) runs in an
 * environment of its own; statements are separated by a line that ends in ';'. A query prints its schema and then its changelog, one
 * row a line: the kind (+I -U +U -D) and the values separated by " | ". An error prints its innermost message.
 */
public final class Oracle {
  public static void main(String[] args) throws Exception {
    if (args.length == 0) {
      String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
      run(text);
      System.exit(0);
    }
    for (String file : args) {
      System.out.println("=== " + file);
      run(Files.readString(Path.of(file)));
    }
    System.exit(0);
  }

  private static void run(String script) {
    Configuration conf = new Configuration();
    conf.setString("parallelism.default", "1");
    conf.setString("table.local-time-zone", "UTC");
    conf.setString("pipeline.auto-watermark-interval", "0 ms");
    conf.setString("restart-strategy.type", "none");
    TableEnvironment env =
        TableEnvironment.create(EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(conf).build());
    for (String statement : split(script)) {
      System.out.println("> " + statement.replaceAll("\\s+", " "));
      if (statement.toUpperCase().startsWith("SET ")) {
        String[] kv = statement.substring(4).split("=", 2);
        env.getConfig().set(kv[0].trim().replace("'", ""), kv[1].trim().replace("'", ""));
        continue;
      }
      try {
        TableResult result = env.executeSql(statement);
        System.out.println("schema " + result.getResolvedSchema().toString().replaceAll("\\s+", " "));
        try (CloseableIterator<Row> rows = result.collect()) {
          // Of an INSERT the only row is -1, a count that nobody knows.
          boolean query = !statement.toUpperCase().matches("(?s)(EXECUTE\\s+)?(INSERT|STATEMENT|BEGIN)\\s.*");
          while (rows.hasNext()) {
            Row row = rows.next();
            if (query) System.out.println(text(row));
          }
        }
      } catch (Throwable e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) cause = cause.getCause();
        // The cluster of an INSERT may be gone before it is asked how the job went.
        if (String.valueOf(cause.getMessage()).startsWith("MiniCluster is not")) continue;
        System.out.println("error " + cause.getClass().getSimpleName() + ": " + cause.getMessage());
      }
    }
  }

  private static String text(Row row) {
    StringBuilder out = new StringBuilder(row.getKind().shortString());
    for (int i = 0; i < row.getArity(); i++) out.append(i == 0 ? " " : " | ").append(value(row.getField(i)));
    return out.toString();
  }

  private static String value(Object v) {
    if (v instanceof Object[]) return java.util.Arrays.deepToString((Object[]) v);
    if (v instanceof byte[]) return "x'" + java.util.HexFormat.of().formatHex((byte[]) v) + "'";
    if (v instanceof String) return "'" + v + "'";
    return String.valueOf(v);
  }

  private static List<String> split(String script) {
    List<String> out = new ArrayList<>();
    StringBuilder one = new StringBuilder();
    boolean set = false;
    for (String line : script.split("\n")) {
      String t = line.strip();
      if (one.length() == 0 && (t.isEmpty() || t.startsWith("--"))) continue;
      one.append(line).append('\n');
      if (t.toUpperCase().startsWith("EXECUTE STATEMENT SET") || t.toUpperCase().startsWith("BEGIN STATEMENT SET")) set = true;
      if (t.endsWith(";") && (!set || t.toUpperCase().matches("END\\s*;"))) {
        String s = one.toString().strip();
        out.add(s.substring(0, s.length() - 1).strip());
        one.setLength(0);
        set = false;
      }
    }
    if (!one.toString().isBlank()) out.add(one.toString().strip());
    return out;
  }
}
