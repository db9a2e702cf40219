namespace Unfold.Models;

/// <summary>The system whose names, shapes and order of gates a file of weights has.</summary>
public enum WeightLayout
{
    /// <summary>Whichever the names say.</summary>
    Detect,

    /// <summary>PyTorch's nn.RNN, nn.LSTM, nn.GRU and their cells: <c>weight_ih_l0</c>, <c>weight_hh_l0</c>, <c>bias_ih_l0</c>, <c>bias_hh_l0</c>, <c>weight_hr_l0</c>; gates i f g o, r z n.</summary>
    PyTorch,

    /// <summary>Keras's SimpleRNN, LSTM and GRU: <c>kernel</c>, <c>recurrent_kernel</c>, <c>bias</c>; gates i f c o, z r h.</summary>
    Keras,
}
