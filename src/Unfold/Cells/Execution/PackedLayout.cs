using Unfold.Kernels.Gemm;

namespace Unfold.Cells.Execution;

/// <summary>
/// Where the packed weights of every product lie, for threads that share the units in some parts: for each product and part the biases of the part's
/// columns, and behind them its weights.
/// </summary>
internal sealed class PackedLayout
{
    /// <summary>Columns for each part from which products after the loop are shared by units where rows are few: a panel.</summary>
    private const int FewestColumns = 32;

    private readonly nint[][] _offsets;

    public PackedLayout(CellPlan plan, Partition partition)
    {
        Partition = partition;
        _offsets = new nint[plan.Products.Length][];
        for (int i = 0; i < _offsets.Length; i++)
        {
            PlannedProduct product = plan.Products[i];
            _offsets[i] = new nint[PartsOf(product)];
            for (int part = 0; part < _offsets[i].Length; part++)
            {
                _offsets[i][part] = Length;
                int columns = ColumnsOf(product, part);
                Length += CellPlan.Align(columns) + CellPlan.Align(Gemm.PackedLength(product.Depth, columns));
            }

            if (i < plan.ForwardProducts)
                ForwardLength = Length;
        }
    }

    /// <summary>How the units are shared.</summary>
    public Partition Partition { get; }

    /// <summary>Floats of all.</summary>
    public nint Length { get; }

    /// <summary>Floats of the products of the forward pass, which come first.</summary>
    public nint ForwardLength { get; }

    /// <summary>Parts of a product, at least one.</summary>
    public int PartsOf(PlannedProduct product) => SharesRows(product) ? 1 : Partition.UnitParts;

    /// <summary>Whether threads share the rows of a product rather than the units: after the loop there are rows enough for everybody, but for short runs.</summary>
    public bool SharesRows(PlannedProduct product) =>
        product.ByRows && !(Partition.FewRows && product.Destination.Width >= FewestColumns * Partition.UnitParts);

    /// <summary>Where the biases of a product's part begin.</summary>
    public nint Offset(PlannedProduct product, int part) => _offsets[product.Product.Id][part];

    /// <summary>The part's columns of each destination of a product.</summary>
    public (int Start, int End) Columns(PlannedProduct product, int part) =>
        SharesRows(product) ? (0, product.Destination.Width) : Partition.Columns(product.Destination.Width, part);

    /// <summary>How many columns a part has, of all destinations together.</summary>
    public int ColumnsOf(PlannedProduct product, int part)
    {
        (int start, int end) = Columns(product, part);
        return (end - start) * product.Destination.Count;
    }
}
